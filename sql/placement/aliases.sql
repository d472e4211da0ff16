-- one row per id joined with others by some event that named both, known at the moment
create or replace temp table joined_ids as
with recursive
named as (
  select e.event_no, o.object_type, o.object_id
  from event_objects o   -- own names only: what an event takes over is no evidence that two ids are one
  join events e on e.event_no = o.event_no
  where o.object_type in (select unnest(getvariable('alias_types')::varchar[]))
    and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
),
pairs as (
  select distinct a.object_type, a.object_id, b.object_id as other_id
  from named a
  join named b using (event_no, object_type)
  where a.object_id <> b.object_id
),
reach(object_type, object_id, other_id) as (
  from pairs
  union
  select r.object_type, r.object_id, p.other_id
  from reach r
  join pairs p on p.object_type = r.object_type and p.object_id = r.other_id
)
select object_type, object_id, least(object_id, min(other_id)) as canonical_id
from reach
group by object_type, object_id;
