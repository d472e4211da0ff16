-- of what is near, `per_type` objects of each type to each one asked about, the newest first, with how many there are and how many are kept back
with
seen as (
  select *, is_named and object_key not in (from kept_back) as may_be_seen from near
),
counted as (
  select asked_type, asked_id, object_type,
    count(*) filter (where may_be_seen) as of_type,
    count(*) filter (where not may_be_seen) as of_type_hidden
  from seen
  group by all
),
ranked as (
  select *, row_number() over (partition by asked_type, asked_id, object_type order by last_ns desc, object_id) as place
  from seen
  where may_be_seen
)
select
  c.asked_type, c.asked_id, c.object_type, r.object_id, r.object_key, r.events, r.first_ns, r.last_ns, r.told, c.of_type, c.of_type_hidden
from counted c
left join ranked r on r.asked_type = c.asked_type and r.asked_id = c.asked_id and r.object_type = c.object_type and r.place <= getvariable('per_type')
order by c.asked_type, c.asked_id, c.object_type, r.place
