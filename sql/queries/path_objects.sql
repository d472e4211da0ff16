-- one row per object that the transaction's events name, with how many of them
select o.object_type, o.object_id, count(distinct o.event_no) as events
from scoped_objects o
where o.event_no in (select event_no from members)
group by all
order by events desc, object_type, object_id
