-- the names of all objects of all events
delete from object_names;
insert into object_names
with said as (
  select event_no, object_type, object_id from event_objects
  union all
  select event_no, object_type, object_id from placements where event_no is not null
),
joined as (
  -- ids that are joined, and with them repeats, are rare: only these go through a distinct
  select distinct s.event_no, s.object_type, a.canonical_id as object_id
  from said s
  join aliases a on a.object_type = s.object_type and a.object_id = s.object_id
  union all
  from said s
  where not exists (from aliases a where a.object_type = s.object_type and a.object_id = s.object_id)
)
select event_no, object_key(object_type, object_id), object_type, object_id
from joined
order by event_no;
