-- with which event each object was first named, of all objects
delete from object_firsts;
insert into object_firsts
select object_key, min(event_no) as first_event_no
from object_names
group by object_key
order by first_event_no;
