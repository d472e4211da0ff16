-- one row per promise asked about (its place), and what broke it in `bad_cases`: the step of a workflow at a site, and why, with how many of the
-- bad cases that were; the most first. Stock whose quantities differ is a cause of its own
with
asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($sites::varchar[]) as site,
    unnest($workflows::varchar[]) as workflow
),
counted as (
  select place, workflow, site, broken_milestone as milestone, event_type, system, why, count(*) as cases
  from broken_steps('bad_cases')
  group by all
  union all by name
  -- keys of stock are no cases of a transaction
  select a.place, c.workflow, c.site, 'differs' as why, sum(c.bad)::bigint as cases
  from metric_counts c
  join asked a using (metric)
  where c.metric = 'inventory_sync_accuracy' and c.bad > 0
    and c.from_ns >= getvariable('from_ns') and c.from_ns < getvariable('to_ns')
    and (a.site is null or c.site = a.site)
    and (a.workflow is null or c.workflow = a.workflow)
  group by a.place, c.workflow, c.site
)
select c.*, w.title
from counted c
left join def_workflows w using (workflow)
order by c.place, c.cases desc, w.place, c.milestone, c.site nulls last, c.why
