-- one row per posting of a movement that is not straight: whose stock it moves, by how much in the base unit
create or replace temp table stock_posted as
select t.transaction_no, t.step, t.is_reference, p.* exclude (event_no)
from (from stock_told semi join (from stock_moves where not is_straight) using (transaction_no) where not is_error) t
join stock_postings p using (event_no);

-- one row per movement, key and reason for which the systems differ from a moment on (the columns of transaction_stock_causes)
create or replace temp table fresh_stock_causes as
with
effects as (
  -- redeliveries are left out
  select *
  from in_base_units('stock_posted')
  qualify idempotency_key is null
    or row_number() over (partition by transaction_no, step, idempotency_key order by event_ns, attempt, event_id) = 1
),
postings as (
  select *, row_number() over (
    partition by transaction_no, is_reference, site, location, item, batch, stock_status order by event_ns, attempt, event_id) as place
  from effects
),
firsts as (
  select
    transaction_no, site, location, item, batch, stock_status,
    any_value({ns: event_ns, quantity: base_quantity, uom: base_uom, said: quantity, said_uom: uom}) filter (where is_reference) as reference,
    any_value({ns: event_ns, quantity: base_quantity, uom: base_uom, said: quantity, said_uom: uom}) filter (where not is_reference) as other
  from postings
  where place = 1
  group by all
),
alone as (
  -- the side that posted first stands alone until the other has posted too
  select *, coalesce(reference.ns <= other.ns, other is null) as is_reference
  from firsts
  where reference.ns is distinct from other.ns
)
select
  a.transaction_no, 'one_sided' as cause, a.is_reference, a.site, a.location, a.item, a.batch, a.stock_status,
  case when a.is_reference then -a.reference.quantity else a.other.quantity end as quantity,
  case when a.is_reference then a.reference.uom else a.other.uom end as base_uom,
  case when a.is_reference then a.reference.ns else a.other.ns end as from_ns,
  case when a.is_reference then a.other.ns else a.reference.ns end as until_ns,
  e.failed_ns,
  from_ns + (select within_by_clock(steps[2]) from def_workflows where workflow = 'stock_movement_sync') as lost_after_ns
from alone a
left join stock_errors e on e.transaction_no = a.transaction_no and e.is_reference <> a.is_reference
union all
select
  transaction_no, 'quantity', false, site, location, item, batch, stock_status,
  case when coalesce(reference.uom = other.uom, true) then other.quantity - reference.quantity end,
  coalesce(other.uom, reference.uom), greatest(reference.ns, other.ns), null, null, null
from firsts
where reference is not null and other is not null
  and (reference.said, reference.said_uom) is distinct from (other.said, other.said_uom)
  and not coalesce(reference.quantity = other.quantity and coalesce(reference.uom = other.uom, true), false)
union all
select
  transaction_no, 'duplicated', is_reference, site, location, item, batch, stock_status,
  case when is_reference then -base_quantity else base_quantity end, base_uom, event_ns, null, null, null
from postings
where place > 1
