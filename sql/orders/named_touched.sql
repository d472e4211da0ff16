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

-- every event that names one of them; what no workflow is about has no transaction whose events are at hand
create or replace temp table order_names as
select object_type, object_id, event_no
from scoped_objects
join touched_orders using (object_type, object_id)
where object_type in (select object_type from def_workflows)
union all
select t.object_type, t.object_id, n.event_no
from named_objects n
join (from touched_orders where object_type not in (select object_type from def_workflows)) t
  on n.object_key = object_key(t.object_type, t.object_id) and n.object_type = t.object_type and n.object_id = t.object_id
