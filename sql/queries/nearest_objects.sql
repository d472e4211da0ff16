-- objects whose id differs from what was asked in the fewest signs ({signs}: how many), at most two; only those that {alike} are measured
with
near as (
  select object_type, object_id, object_key, first_event_no, {signs} as signs
  from first_named
  where {alike}
)
select distinct object_type, object_id, object_key, first_event_no, false as is_it, signs
from near
where signs <= 2
order by signs, first_event_no desc, object_type, object_id
limit $limit
