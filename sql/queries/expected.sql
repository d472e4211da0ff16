-- one row per milestone that should come and has not, the longest due first; `expectations`: how many there are in all
with
listed as materialized (
  select
    x.workflow, w.title, w.owner, w.criticality, x.transaction_id, x.site, coalesce(s.timezone, e.timezone) as timezone, x.milestone, x.system,
    list_filter(w.steps, lambda step: step.milestone = x.milestone)[1].event_type as event_type,
    x.opened_ns, x.due_ns, x.state
  from expectations x
  join def_workflows w using (workflow)
  left join def_sites s on s.site = x.site
  cross join (select timezone from def_sites where site = '') e
  where ($state is null or x.state = $state)
    and ($workflow is null or x.workflow = $workflow)
    and ($milestone is null or x.milestone = $milestone)
    and ($system is null or x.system = $system)
    and ($site is null or x.site = $site)
    and ($due_before_ns::bigint is null or x.due_ns < $due_before_ns)
)
select *, (select count(*) from listed) as expectations
from listed
order by due_ns nulls last, opened_ns, workflow, transaction_id, milestone
limit $stop::bigint - $start::bigint offset $start::bigint
