-- Goods left, and no goods issue was posted in time.
-- The truck is on the road while the books still show the stock: planning promises it again, and the invoice waits. It counts from the moment
-- at which the goods issue was due until it is posted.
-- severity: important
-- owner: logistics
-- per: transaction shipment_to_invoice
-- needs: shipment.dispatched@tms, goods_issue.posted@erp
select
  t.key,
  t.due.issued as from_ns,
  t.reached.issued as until_ns,
  'erp' as waits_for,
  t.value,
  t.currency,
  'Delivery ' || t.key || ' was dispatched; its goods issue was not posted by the time it was due.' as detail,
  list_sort(list(e.event_no)) as evidence
from transactions t
join events e on e.transaction_no = t.transaction_no and e.milestone in ('dispatched', 'issued') and not e.is_error
where t.reached.dispatched is not null and not t.is_cancelled and (t.reached.issued is null or t.reached.issued > t.due.issued)
group by all
