-- Stock on hold left the building.
-- A lot that quality holds, or the warehouse has blocked, must not be on a truck. It counts when the shipment was dispatched between hold and
-- release; a hold that came after the truck had left is a recall, and no violation. A lot that was scrapped stays on hold for good.
-- The delivery must name its lots: `mfg.batch`, or objects of type `batch`, on any event of it; the hold names its lot in the same way, and
-- its `quality_notice`.
-- severity: critical
-- owner: quality
-- per: transaction shipment_to_invoice
-- with: batch
-- needs: shipment.dispatched@tms, quality.hold_placed@qms
-- reads: delivery.created@erp, delivery.picked@wms, goods_issue.posted@erp
-- reads: stock.blocked@wms, stock.unblocked@wms, quality.released@qms, quality.scrapped@qms
with
said as (
  select
    n.key, n.thing as batch, n.system, o.object_id as notice, n.event_no, n.event_ns, n.attempt, n.event_id,
    n.event_type in ('quality.hold_placed', 'quality.scrapped', 'stock.blocked') as is_held
  from nearby n
  left join names o on o.event_no = n.event_no and o.object_type = 'quality_notice'
  where not n.is_error
    and n.event_type in ('quality.hold_placed', 'quality.released', 'quality.scrapped', 'stock.blocked', 'stock.unblocked')
),
shipped as (
  select t.key, t.reached.dispatched as shipped_ns, list(distinct e.event_no) as dispatches
  from (select distinct key from said) s
  join transactions t using (key)
  join events e on e.transaction_no = t.transaction_no and e.milestone = 'dispatched' and not e.is_error
  where t.reached.dispatched is not null
  group by all
),
held as (
  select
    s.key, s.batch, s.notice, p.shipped_ns, p.dispatches,
    list(distinct s.system) as systems, list(s.event_no) as holds
  from (
    select s.*, row_number() over (partition by s.key, s.batch, s.system, s.notice order by s.event_ns desc, s.attempt desc, s.event_id desc) as place
    from said s
    join shipped p using (key)
    where s.event_ns <= p.shipped_ns
  ) s
  join shipped p using (key)
  where s.place = 1 and s.is_held
  group by all
)
select
  h.key,
  named.workflow,
  named.transaction_id,
  h.shipped_ns as from_ns,
  'Lot ' || h.batch || ' was on hold in ' || list_aggregate(list_sort(list_transform(h.systems, lambda system: upper(system))), 'string_agg', ' and ') || coalesce(' (' || h.notice || ')', '')
    || ' when delivery ' || h.key || ' was dispatched.' as detail,
  list_sort(h.holds || h.dispatches) as evidence
from held h
left join workflows q on q.object_type = 'quality_notice'
cross join lateral (
  select 'shipment_to_invoice' as workflow, h.key as transaction_id
  union all
  select q.workflow, h.notice where h.notice is not null and q.workflow is not null
) named
