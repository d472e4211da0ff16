-- the names of all objects of the types whose ids are joined; only these can repeat and go through a distinct
insert into object_names
with said as (
  select event_no, object_type, object_id from event_objects
  union all
  select event_no, object_type, object_id from placements where event_no is not null
)
select distinct s.event_no, object_key(s.object_type, coalesce(a.canonical_id, s.object_id)), s.object_type, coalesce(a.canonical_id, s.object_id)
from said s
left join aliases a using (object_type, object_id)
where list_contains(getvariable('alias_types')::varchar[], s.object_type)
order by s.event_no;
