-- one row per transaction in `troubled` and order near to it; `order_no`: each order once
create or replace temp table reached as
with
near as materialized (
  from reach where transaction_no in (select transaction_no from troubled)
  union all by name
  from fresh_reach
),
numbered as (
  select object_key, object_type, object_id, row_number() over () as order_no
  from (select distinct object_key, object_type, object_id from near)
)
select r.transaction_no, n.order_no, r.object_key, r.object_type, r.object_id, r.distance, d.place
from near r
join numbered n on n.object_key = r.object_key and n.object_type = r.object_type and n.object_id = r.object_id
join def_orders d on d.object_type = r.object_type;

-- those of these orders that are still open: they lie together, so that a million that are over need not be looked through
create or replace temp table near_orders as
select r.order_no, o.site, o.partner, o.is_measured, o.customer, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, o.lines
from (select distinct order_no, object_key, object_type, object_id from reached) r
join (from orders where not is_over) o on o.object_key = r.object_key and o.object_type = r.object_type and o.object_id = r.object_id;

-- one row per transaction and order that waits for it: its own object (0 steps away), what is named together with it (1), and one step more (2).
-- Of the others only those that are still open. What its own order says when that is over is what the transaction says, unless several workflows
-- are about such orders
create or replace temp table affected as
with
open as (
  select r.*, o.customer, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, false as is_cancelled, false as is_done
  from reached r
  join near_orders o using (order_no)
),
shared as (select object_type from def_workflows group by object_type having count(*) > 1),
over as (
  select r.*
  from reached r
  where r.distance = 0 and r.transaction_no not in (select transaction_no from open where distance = 0)
)
from open
union all
select v.*, a.customer, a.work_center, a.value, a.currency, a.promised_ns, a.due_ns, a.is_cancelled, not a.is_cancelled
from over v
join asked a using (transaction_no)
where v.object_type not in (from shared)
union all
select v.*, o.customer, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, o.is_cancelled, o.is_done
from (from over where object_type in (from shared)) v
join orders o on o.object_key = v.object_key and o.object_type = v.object_type and o.object_id = v.object_id;

-- one row per order of these and line of which something is still to come; of what nobody said how much is ordered, nobody knows
create or replace temp table open_lines as
select order_no, line.line as line, line.item as item, line.uom as uom, line.ordered_quantity - line.done_quantity as quantity
from (
  select order_no, unnest(lines) as line
  from near_orders
)
where line.ordered_quantity > line.done_quantity;

-- one row per order that says no value, with what is open of it at the values of its items, as far as these are known in its units
create or replace temp table open_worths as
select l.order_no, sum(l.quantity * i.value::decimal(18, 6) * coalesce(u.factor, 1))::decimal(38, 6) as value
from open_lines l
join def_items i on i.item = l.item
left join def_units u on u.item = i.item and u.uom = l.uom and u.base_uom = i.base_uom
where i.value is not null and (l.uom is null or i.base_uom is null or l.uom = i.base_uom or u.factor is not null)
  and l.order_no in (select order_no from affected where value is null)
group by l.order_no;

-- one row per transaction and thing that says what is at stake: its own object, else the nearest orders that do, else what is open of the
-- nearest orders at the value of their items; `thing_no`: each thing once, an order by its number
create or replace temp table worth as
with
shared as (select object_type from def_workflows group by object_type having count(*) > 1),
own as (
  select
    o.transaction_no, a.order_no, o.object_type, o.object_id, coalesce(a.value, o.value) as value,
    case when a.value is null then o.currency else a.currency end as currency, 'stated' as origin
  from asked o
  left join (from affected where distance = 0) a using (transaction_no)
  where coalesce(a.value, o.value) is not null
),
numbered as (
  select coalesce(order_no, -transaction_no) as thing_no, *
  from own
  where order_no is not null or object_type not in (from shared)
  union all by name
  select -min(transaction_no) over (partition by object_type, object_id) as thing_no, *
  from own
  where order_no is null and object_type in (from shared)
),
stated as (
  select transaction_no, order_no, object_type, object_id, value, currency, 'orders' as origin
  from affected
  where value is not null and transaction_no not in (select transaction_no from own)
  qualify rank() over (partition by transaction_no order by distance, place) = 1
),
priced as (
  select a.transaction_no, a.order_no, a.object_type, a.object_id, o.value, (select currency from def_inventory) as currency, 'items' as origin
  from affected a
  join open_worths o using (order_no)
  where a.transaction_no not in (select transaction_no from own) and a.transaction_no not in (select transaction_no from stated)
  qualify rank() over (partition by a.transaction_no order by a.distance, a.place) = 1
),
among as (
  select transaction_no, thing_no, object_type, object_id, value, currency, origin from numbered
  union all
  select transaction_no, order_no, object_type, object_id, value, currency, origin from stated
  union all
  select transaction_no, order_no, object_type, object_id, value, currency, origin from priced
)
select * replace (value::decimal(38, 6) as value) from among
