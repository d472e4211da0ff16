-- one row per variant that ended in either week: how many in the earlier one and in the later one
select
  workflow, variant,
  count(*) filter (where last_event_ns < getvariable('to_ns') - getvariable('length_ns')) as before,
  count(*) filter (where last_event_ns >= getvariable('to_ns') - getvariable('length_ns')) as after
from drifting
where is_over and last_event_ns < getvariable('to_ns')
group by all
order by workflow, variant
