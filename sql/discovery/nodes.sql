-- one row per workflow and step taken, in the order of its definition (0: cancelled): transactions that it succeeded in, that it failed in, and
-- that are not over and have come no further
with
entries as (
  select *, coalesce(place = max(place) filter (where not is_error) over (partition by workflow, variant), false) as is_furthest
  from entries_of('ran_variants')
),
found as (
  select
    workflow, variant, step,
    bool_or(not is_error) as is_taken,
    bool_or(is_error) as is_failed,
    bool_or(is_furthest) as is_last
  from entries
  group by workflow, variant, step
)
select
  f.workflow, f.step,
  step_name(w.steps, f.step) as milestone,
  case when f.step > 0 then w.steps[f.step].system end as system,
  coalesce(sum(v.transactions) filter (where f.is_taken), 0)::bigint as transactions,
  coalesce(sum(v.transactions) filter (where f.is_failed), 0)::bigint as failed,
  coalesce(sum(v.transactions - v.over) filter (where f.is_last), 0)::bigint as running
from found f
join ran_variants v using (workflow, variant)
join def_workflows w using (workflow)
group by all
order by f.workflow, f.step
