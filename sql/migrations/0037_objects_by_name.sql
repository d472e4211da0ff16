-- What an object is called stands beside the event that named it first: a number is looked for among objects, not among all that names them.
alter table object_firsts add column object_type varchar;
alter table object_firsts add column object_id varchar;

delete from object_firsts;
insert into object_firsts by name
select object_key, min(event_no) as first_event_no, any_value(object_type) as object_type, any_value(object_id) as object_id
from object_names
group by object_key
order by first_event_no;

delete from meta where key = 'definitions';
