-- one row per site and workflow, whether anything of it ever came or not: transactions since `from_ns`, and how often each of its steps was
-- reached in them (`reached`, in the order of the workflow)
with
seen as (
  select site, workflow, count(*) as transactions, [{reached_counts}] as reached
  from facts
  where start_ns >= getvariable('from_ns') and site is not null
  group by all
)
select s.site, w.workflow, w.title, list_transform(w.steps, lambda s: s.milestone) as milestones,
  coalesce(n.transactions, 0) as transactions,
  coalesce(n.reached[:len(w.steps)], list_transform(w.steps, lambda s: 0::bigint)) as reached
from (select site from def_sites where site <> '' and has_site(site) union select site from seen) s
cross join (from def_workflows where has_workflow(workflow)) w
left join seen n on n.site = s.site and n.workflow = w.workflow
order by s.site, w.place
