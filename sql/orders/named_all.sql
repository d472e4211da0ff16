-- every event that names an order
create or replace temp table order_names as
select object_type, object_id, event_no
from scoped_objects
where object_type in (select object_type from def_orders)
