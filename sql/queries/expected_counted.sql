-- one row per state, workflow and milestone of what should come and has not, with the earliest due time
with counted as (
  select state, workflow, milestone, system, count(*) as expectations, min(due_ns) as first_due_ns
  from expectations
  where ($site is null or site = $site)
    and ($due_before_ns::bigint is null or due_ns < $due_before_ns)
  group by all
)
select c.*, w.title, w.criticality, list_filter(w.steps, lambda step: step.milestone = c.milestone)[1].event_type as event_type
from counted c
join def_workflows w using (workflow)
order by list_position(['missing', 'unjudged', 'open'], c.state), c.expectations desc, c.workflow, c.milestone
