-- one row per posting of a stock movement, and per failed attempt at one: numbers only, most of it is never looked at again
create or replace temp table stock_told as
select
  b.transaction_no, b.step, s.is_reference, e.event_no, e.event_ns, e.is_error,
  hash(e.site, e.location, e.item, e.batch, e.stock_status, e.quantity, e.uom) as moved
from belonging b
join numbered n using (transaction_no)
join (
  select w.workflow, w.s.step as step, w.s.system = i.reference_system as is_reference
  from (select workflow, unnest(steps[:2]) as s from def_workflows where workflow = 'stock_movement_sync') w
  join def_inventory i on w.s.system in (i.reference_system, i.other_system)
) s on s.workflow = n.workflow and s.step = b.step
join scoped_events e using (event_no);

-- one row per movement; straight is what each side posted once, both the same
create or replace temp table stock_moves as
select
  transaction_no,
  count(*) = 2 and count(*) filter (where is_reference) = 1 and min(moved) = max(moved) as is_straight,
  min(event_ns) as from_ns,
  max(event_ns) as until_ns,
  arg_min(is_reference, event_ns) as is_reference,
  arg_min(event_no, event_ns) as event_no
from stock_told
where not is_error
group by transaction_no;

-- one row per movement and side whose posting failed: when first
create or replace temp table stock_errors as
select transaction_no, is_reference, min(event_ns) as failed_ns from stock_told where is_error group by all;

-- one row per straight movement that one side posted later: until then they differ (the columns of transaction_stock_passages)
create or replace temp table fresh_stock_passages as
select
  m.transaction_no, m.is_reference, m.from_ns, m.until_ns, m.event_no, e.failed_ns,
  m.from_ns + (select within_by_clock(steps[2]) from def_workflows where workflow = 'stock_movement_sync') as lost_after_ns
from stock_moves m
left join stock_errors e on e.transaction_no = m.transaction_no and e.is_reference <> m.is_reference
where m.is_straight and m.until_ns > m.from_ns
order by m.until_ns
