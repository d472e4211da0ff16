-- one row per milestone that should come and has not, the longest due first; `expectations`: how many there are in all. Of what adds up until
-- all that was ordered has come, also how much of how much (null: nobody said, or it is counted in more than one unit)
with
listed as materialized (
  select
    x.workflow, w.title, w.owner, w.criticality, x.transaction_id, x.site, coalesce(s.timezone, e.timezone) as timezone, x.milestone, x.system,
    list_filter(w.steps, lambda step: step.milestone = x.milestone)[1].event_type as event_type,
    x.opened_ns, x.due_ns, x.state, w.object_type
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
),
shown as (
  select *, (select count(*) from listed) as expectations
  from listed
  order by due_ns nulls last, opened_ns, workflow, transaction_id, milestone
  limit $stop::bigint - $start::bigint offset $start::bigint
),
adding as (
  select s.workflow, list_filter(w.steps, lambda step: step.step = s.step)[1].milestone as milestone
  from def_steps s
  join def_workflows w using (workflow)
  where s.adds_up and s.step > 0 and exists (
    from def_fulfilments f where f.object_type = s.object_type and f.event_type = s.event_type and f.system = s.system
  )
),
amounts as (
  select
    workflow, object_id,
    sum(line.ordered_quantity) as ordered_quantity,
    sum(line.done_quantity) as done_quantity,
    any_value(line.uom) as uom
  from (
    select s.workflow, o.object_id, unnest(o.lines) as line
    from orders o
    join (select distinct workflow, object_type, transaction_id from shown semi join adding using (workflow, milestone)) s
      on s.object_type = o.object_type and s.transaction_id = o.object_id
    where o.is_measured
  )
  group by all
  having count(distinct line.uom) < 2
)
select s.*, a.ordered_quantity, a.done_quantity, a.uom
from shown s
left join adding d using (workflow, milestone)
left join amounts a on d.workflow is not null and a.workflow = s.workflow and a.object_id = s.transaction_id
order by s.due_ns nulls last, s.opened_ns, s.workflow, s.transaction_id, s.milestone
