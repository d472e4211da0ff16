-- one row per milestone and per source, system name and site its events come from; one with an empty source where nothing ever came
with
come as (
  select
    event_type, system, source, system_name, site, count(*) as events, count(*) filter (where is_error) as error_events,
    min(event_ns) as first_event_ns, max(event_ns) as newest_event_ns,
    quantile_cont(greatest(recorded_ns - event_ns, 0) / 1e9, [0.5, 0.95]) as delays
  from seen_events
  where event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at') and not is_remark(error_code)
  group by all
),
step as (select workflow, title, place, unnest(steps) as s from def_workflows where has_workflow(workflow))
select
  workflow, s.milestone, s.event_type, s.system, s.is_required, c.source, c.system_name, c.site,
  coalesce(c.events, 0) as events, coalesce(c.error_events, 0) as error_events,
  utc(c.first_event_ns) as first_event_time, utc(c.newest_event_ns) as newest_event_time,
  round(c.delays[1], 3) as delay_p50, round(c.delays[2], 3) as delay_p95,
  -- where the same type of event does come from, when not from the system that is waited for
  case when c.source is null then (select list_sort(list(distinct coalesce(e.system, ''))) from come e where e.event_type = s.event_type) end as elsewhere
from step
left join come c on c.event_type = s.event_type and c.system = s.system
order by place, s.step, c.source, c.system_name, c.site
