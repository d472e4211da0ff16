-- one row per step that directly followed another in both weeks: how often in each, the medians, and how many in each took longer than the
-- median of both together
with
taken as materialized (
  select workflow, from_step, to_step, to_ns - from_ns as took_ns, to_ns >= getvariable('to_ns') - getvariable('length_ns') as is_after
  from passages_of('drifting')
  where to_ns >= getvariable('to_ns') - 2 * getvariable('length_ns') and to_ns < getvariable('to_ns')
),
medians as (
  select
    workflow, from_step, to_step,
    quantile_disc(took_ns, 0.5) as middle_ns,
    median(took_ns) filter (where not is_after) / 1e9 as before_seconds,
    median(took_ns) filter (where is_after) / 1e9 as after_seconds
  from taken
  group by workflow, from_step, to_step
),
counted as (
  select
    workflow, from_step, to_step,
    count(*) filter (where not is_after) as before,
    count(*) filter (where is_after) as after,
    count(*) filter (where not is_after and took_ns > middle_ns) as before_longer,
    count(*) filter (where is_after and took_ns > middle_ns) as after_longer
  from taken
  join medians using (workflow, from_step, to_step)
  group by workflow, from_step, to_step
)
select
  c.workflow, step_name(w.steps, c.from_step) as from_milestone, step_name(w.steps, c.to_step) as to_milestone,
  m.before_seconds, m.after_seconds, c.before, c.after, c.before_longer, c.after_longer
from counted c
join medians m using (workflow, from_step, to_step)
join def_workflows w using (workflow)
where c.before > 0 and c.after > 0
order by c.workflow, c.from_step, c.to_step
