-- one row per transaction in `troubled` and order near to it
create or replace temp table reached as
select r.transaction_no, r.object_key, r.object_type, r.object_id, r.distance, d.place
from (
  from reach where transaction_no in (select transaction_no from troubled)
  union all by name
  from fresh_reach
) r
join def_orders d using (object_type);

-- one row per transaction and order that waits for it: its own object (0 steps away), what is named together with it (1), and one step more (2).
-- Of the others only those that are still open: these lie together, so that a million that are over need not be looked through. What its own
-- order says when that is over is what the transaction says, unless several workflows are about such orders
create or replace temp table affected as
with
open as (
  select r.*, o.customer, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, false as is_cancelled, false as is_done
  from reached r
  join (from orders where not is_over) o on o.object_key = r.object_key and o.object_type = r.object_type and o.object_id = r.object_id
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
select object_type, object_id, line.line as line, line.item as item, line.uom as uom, line.ordered_quantity - line.done_quantity as quantity
from (
  select object_type, object_id, unnest(lines) as line
  from orders
  where not is_over and object_key in (select object_key from affected) and (object_type, object_id) in (select (object_type, object_id) from affected)
)
where line.ordered_quantity > line.done_quantity;

-- one row per order that says no value, with what is open of it at the values of its items, as far as these are known in its units
create or replace temp table open_worths as
select l.object_type, l.object_id, sum(l.quantity * i.value::decimal(18, 6) * coalesce(u.factor, 1))::decimal(38, 6) as value
from open_lines l
join (select distinct object_type, object_id from affected where value is null) a using (object_type, object_id)
join def_items i on i.item = l.item
left join def_units u on u.item = i.item and u.uom = l.uom and u.base_uom = i.base_uom
where i.value is not null and (l.uom is null or i.base_uom is null or l.uom = i.base_uom or u.factor is not null)
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
  left join (from affected where distance = 0) a using (transaction_no)
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
