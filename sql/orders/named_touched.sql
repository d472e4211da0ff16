-- the orders that what has changed may say something of: those it names, and those whose transactions it touches
create or replace temp table touched_orders as
select object_type, object_id
from touched_ids
where object_type in (select object_type from def_orders)
union
select w.object_type, s.transaction_id
from scope s
join def_workflows w using (workflow)
where w.object_type in (select object_type from def_orders);

-- what no workflow is about has no transaction whose events are at hand
create or replace temp table lone_orders as
select object_type, object_id, object_key(object_type, object_id) as object_key
from touched_orders
where object_type not in (select object_type from def_workflows);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from lone_orders));

-- every event that names one of them; of several kinds of orders that it names it speaks of the nearest to the work
create or replace temp table order_names as
with
named as materialized (
  select n.object_type, n.object_id, n.event_no
  from scoped_objects n
  join touched_orders using (object_type, object_id)
  where n.object_type in (select object_type from def_workflows)
  union all
  select n.object_type, n.object_id, n.event_no
  from named_objects n
  join lone_orders o on n.event_no >= getvariable('names_from') and n.object_key = o.object_key and n.object_type = o.object_type and n.object_id = o.object_id
),
first as (
  select n.event_no, min(d.place) as place
  from (from named_objects where event_no in (select event_no from named)) n
  join def_orders d using (object_type)
  group by n.event_no
)
select n.*, d.place = f.place as speaks
from named n
join def_orders d using (object_type)
join first f using (event_no)
