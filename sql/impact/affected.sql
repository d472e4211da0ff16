-- one row per transaction in `troubled`: what it is about, and what was last said in it
create or replace temp table asked as
select
  f.transaction_no, w.object_type, f.transaction_id as object_id,
  f.customer, f.partner, f.work_center, f.value, f.currency, f.promised_ns, f.due_ns
from facts f
join def_workflows w using (workflow)
where f.transaction_no in (select transaction_no from troubled);

-- one row per transaction and order that waits for it: its own object (0 steps away), what is named together with it (1), and one step more (2).
-- Of the others only those that are still open
create or replace temp table affected as
with reached as (
  select transaction_no, object_key, object_type, object_id, distance
  from reach
  where transaction_no in (select transaction_no from troubled)
  union all
  from fresh_reach
)
select r.transaction_no, r.distance, d.place, o.* exclude (object_key)
from reached r
join def_orders d on d.object_type = r.object_type
join orders o on o.object_key = r.object_key and o.object_type = r.object_type and o.object_id = r.object_id
where r.distance = 0 or not (o.is_cancelled or o.is_done);

-- one row per order that says no value, with what is open of it at the values of its items, as far as these are known in its units
create or replace temp table open_worths as
select o.object_type, o.object_id,
  sum(greatest(o.line.ordered_quantity - o.line.done_quantity, 0)::decimal(18, 6) * i.value::decimal(18, 6) * coalesce(u.factor, 1))::decimal(38, 6) as value
from (select distinct object_type, object_id, unnest(lines) as line from affected where value is null) o
join def_items i on i.item = o.line.item
left join def_units u on u.item = i.item and u.uom = o.line.uom and u.base_uom = i.base_uom
where o.line.ordered_quantity is not null and i.value is not null
  and (o.line.uom is null or i.base_uom is null or o.line.uom = i.base_uom or u.factor is not null)
group by all;

-- one row per transaction and thing that says what is at stake: its own object, else the nearest orders that do, else what is open of the
-- nearest orders at the value of their items
create or replace temp table worth as
with
own as (
  select
    o.transaction_no, o.object_type, o.object_id, coalesce(a.value, o.value) as value, case when a.value is null then o.currency else a.currency end as currency,
    'stated' as origin
  from asked o
  left join affected a on a.transaction_no = o.transaction_no and a.distance = 0
  where coalesce(a.value, o.value) is not null
),
stated as (
  select transaction_no, object_type, object_id, value, currency, 'orders' as origin
  from affected
  where value is not null and transaction_no not in (select transaction_no from own)
  qualify rank() over (partition by transaction_no order by distance, place) = 1
),
priced as (
  select a.transaction_no, a.object_type, a.object_id, o.value, 'items' as origin
  from affected a
  join open_worths o using (object_type, object_id)
  where a.transaction_no not in (select transaction_no from own) and a.transaction_no not in (select transaction_no from stated)
  qualify rank() over (partition by a.transaction_no order by a.distance, a.place) = 1
)
select transaction_no, object_type, object_id, value::decimal(38, 6) as value, currency, origin from own
union all
select transaction_no, object_type, object_id, value, currency, origin from stated
union all
select transaction_no, object_type, object_id, value, (select currency from def_inventory), origin from priced;

-- one row per transaction: whom it is for, where, and by when it is needed: the earliest that it or what waits for it says
create or replace temp table needs as
with waiting as (
  select transaction_no, min(promised_ns) as promised_ns, min(due_ns) as due_ns, list(distinct customer) filter (where customer is not null) as customers,
    arg_min(work_center, {distance: distance, place: place, id: object_id}) filter (where work_center is not null) as work_center
  from affected
  group by all
)
select
  f.transaction_no,
  case when f.customer is null then coalesce(w.customers, []) else [f.customer] end as customers,
  coalesce(f.work_center, w.work_center) as work_center,
  f.partner,
  least(f.promised_ns, w.promised_ns) as promised_ns,
  least(f.due_ns, w.due_ns) as due_ns,
  least(f.promised_ns, w.promised_ns, f.due_ns, w.due_ns) as need_ns
from asked f
left join waiting w using (transaction_no);
