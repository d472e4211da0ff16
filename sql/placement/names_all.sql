-- the names of all objects of all events, but of types whose ids are joined, in the order in which they came
delete from object_names;
insert into object_names
with said as (
  select event_no, object_type, object_id from event_objects
  union all
  select event_no, object_type, object_id from placements where event_no is not null
)
select event_no, object_key(object_type, object_id), object_type, object_id
from said s
where not list_contains(getvariable('alias_types')::varchar[], s.object_type);
