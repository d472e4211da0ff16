-- one row per milestone that orders are scheduled or promised by: of what was due in the period, what was in time, late, missing, or cannot be
-- judged
with
steps as (
  select workflow, title, place, unnest(steps) as s
  from def_workflows
  where object_type in (select object_type from def_orders)
),
due as (
  select f.transaction_no, p.workflow, p.title, p.place, p.s.step as step, p.s.milestone as milestone, p.s.event_type as event_type, p.s.system as system,
    p.s.by_field as by_field, f.reached[p.s.step] as reached_ns, f.due[p.s.step] as due_ns
  from facts f
  join steps p using (workflow)
  where not f.is_cancelled and p.s.is_required
    and f.due[p.s.step] >= getvariable('from_ns') and f.due[p.s.step] < least(getvariable('to_ns'), getvariable('as_of'))
    and ($site is null or f.site = $site)
)
select
  d.workflow, d.title, d.milestone, d.event_type, d.system, d.by_field,
  count(*) filter (where d.reached_ns <= d.due_ns) as kept,
  count(*) filter (where d.reached_ns > d.due_ns) as late,
  count(*) filter (where d.reached_ns is null and not list_contains(coalesce(o.unjudged, []), d.milestone)) as missing,
  count(*) filter (where d.reached_ns is null and list_contains(coalesce(o.unjudged, []), d.milestone)) as unjudged
from due d
left join open_steps_then o using (transaction_no)
group by d.workflow, d.title, d.place, d.milestone, d.event_type, d.system, d.by_field, d.step
order by d.place, d.step
