-- the names of all objects whose ids are joined; only these repeat and go through a distinct
insert into object_names
with said as (
  select event_no, object_type, object_id from event_objects
  union
  select event_no, object_type, object_id from placements where event_no is not null
)
select distinct s.event_no, object_key(s.object_type, a.canonical_id), s.object_type, a.canonical_id
from said s
join aliases a on a.object_type = s.object_type and a.object_id = s.object_id
order by s.event_no;
