-- with which event each object was first named, of all objects
delete from object_firsts;
insert into object_firsts by name
select object_key, min(event_no) as first_event_no, any_value(object_type) as object_type, any_value(object_id) as object_id
from object_names
group by object_key
order by first_event_no;
