-- one row per event in `renaming` and object it names or takes over, under the object's canonical name
create or replace temp table naming as
with
said as (
  select event_no, object_type, object_id from event_objects where event_no in (from renaming)
  union
  select event_no, object_type, object_id from {placements} where event_no in (from renaming)
),
canonical as (
  select distinct s.event_no, s.object_type, coalesce(a.canonical_id, s.object_id) as object_id
  from said s
  left join {aliases} a on a.object_type = s.object_type and a.object_id = s.object_id
)
select event_no, object_key(object_type, object_id) as object_key, object_type, object_id
from canonical;
