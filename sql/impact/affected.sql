-- one row per transaction in `troubled`: what it is about, and what was last said in it
create or replace temp table asked as
select
  f.transaction_no, w.object_type, f.transaction_id as object_id,
  f.customer, f.partner, f.work_center, f.value, f.currency, f.promised_ns, f.due_ns
from facts f
join def_workflows w using (workflow)
where f.transaction_no in (select transaction_no from troubled);

create or replace temp table reached as
select r.transaction_no, r.object_key, r.object_type, r.object_id, r.distance, d.place
from (
  from reach where transaction_no in (select transaction_no from troubled)
  union all by name
  from fresh_reach
) r
join def_orders d using (object_type);

-- one row per transaction and order that waits for it: its own object (0 steps away), what is named together with it (1), and one step more (2).
-- Of the others only those that are still open: these lie together, so that a million that are over need not be looked through
create or replace temp table affected as
select r.*, o.site, o.customer, o.partner, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, o.is_cancelled, o.is_done
from reached r
join (from orders where not is_over) o on o.object_key = r.object_key and o.object_type = r.object_type and o.object_id = r.object_id
union all
select r.*, o.site, o.customer, o.partner, o.work_center, o.value, o.currency, o.promised_ns, o.due_ns, o.is_cancelled, o.is_done
from reached r
join (from orders where is_over) o on o.object_key = r.object_key and o.object_type = r.object_type and o.object_id = r.object_id
where r.distance = 0;

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
