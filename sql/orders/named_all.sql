-- every event that names an order; of several kinds of orders that it names it speaks of the nearest to the work
create or replace temp table order_names as
with named as (
  select n.object_type, n.object_id, n.event_no, d.place
  from scoped_objects n
  join def_orders d using (object_type)
),
first as (select event_no, min(place) as place from named group by event_no)
select n.object_type, n.object_id, n.event_no, n.place = f.place as speaks
from named n
join first f using (event_no)
