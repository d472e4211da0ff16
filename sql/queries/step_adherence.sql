-- one row per milestone that orders are scheduled or promised by: of what was due in the period, what was in time, late, missing, or cannot be
-- judged
select
  workflow, title, milestone, event_type, system, by_field,
  count(*) filter (where outcome = 'kept') as kept,
  count(*) filter (where outcome = 'late') as late,
  count(*) filter (where outcome = 'missing') as missing,
  count(*) filter (where outcome = 'unjudged') as unjudged
from due_steps
where due_ns >= getvariable('from_ns') and due_ns < getvariable('to_ns') and ($site is null or site = $site)
group by workflow, title, place, milestone, event_type, system, by_field, step
order by place, step
