-- the orders as of the moment: those that nothing later touches, and the others as they were; and what named what by then
create or replace temp table orders_recomputed as from touched_orders;
create or replace temp table recomputed_orders as from fresh_orders;

create or replace temp view kept_orders as
from order_facts o
where not exists (from orders_recomputed r where r.object_type = o.object_type and r.object_id = o.object_id)
union all by name
from recomputed_orders;

create or replace temp view known_names as
select n.*
from named_objects n
where n.event_no in (select event_no from events where event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at'));
