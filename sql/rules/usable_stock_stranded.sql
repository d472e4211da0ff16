-- Released stock is still blocked elsewhere.
-- Quality has released the lot, and warehouse or ERP still block it: stock that could be sold or used stands idle. It counts per system, from
-- the moment at which unblocking was due until it is done.
-- severity: important
-- owner: quality
-- per: transaction quality_to_shipment
-- needs: quality.released@qms
-- reads: stock.blocked@wms, stock.blocked@erp, stock.unblocked@wms, stock.unblocked@erp
with
sides as (
  select *, 'wms' as system, reached.blocked_wms as blocked_ns, reached.unblocked_wms as unblocked_ns, due.unblocked_wms as unblock_due_ns
  from transactions
  union all
  select *, 'erp', reached.blocked_erp, reached.unblocked_erp, due.unblocked_erp
  from transactions
)
select
  s.key,
  s.unblock_due_ns as from_ns,
  s.unblocked_ns as until_ns,
  s.system as waits_for,
  max(e.quantity) filter (where e.milestone = 'released') as quantity,
  'Notice ' || s.key || ' was released; the ' || upper(s.system) || ' had not unblocked its stock by the time that was due.' as detail,
  list_sort(list(e.event_no)) as evidence
from sides s
join events e
  on e.transaction_no = s.transaction_no and e.milestone in ('released', 'unblocked_wms', 'unblocked_erp') and not e.is_error
where s.reached.released is not null and s.blocked_ns is not null and not s.is_cancelled
  and (s.unblocked_ns is null or s.unblocked_ns > s.unblock_due_ns)
group by all
