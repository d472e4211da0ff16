-- one row per event type, system, version and site of the events from `from_ns` on: how many, how well, and the system they come from by the
-- workflows (the one of the step before; several where several workflows wait for the event). Whole hours are there summed up; the events
-- themselves are asked of what is left of an hour at both ends, and of everything (no hour is whole) when something was told after the moment
with
step as (
  select d.workflow, w.owner, d.event_type, d.system, w.steps[list_filter(w.steps, s -> s.step = d.step)[1].after_step].system as from_system
  from def_steps d
  join def_workflows w using (workflow)
),
awaited as (
  select event_type, system, list_sort(list(distinct workflow)) as workflows, list_sort(list(distinct owner)) as owners,
    list_sort(list(distinct from_system) filter (where from_system <> system)) as from_systems
  from step
  group by all
),
told as (
  from seen_events
  where event_ns > $from_ns and event_ns < least($whole_from_hour * 3600000000000, getvariable('as_of') + 1) and recorded_ns <= getvariable('known_at')
  union all
  from seen_events
  where event_ns >= $whole_to_hour * 3600000000000 and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
),
counted as (
  select event_type, coalesce(system, '') as system, coalesce(schema_version, '') as schema_version, coalesce(site, '') as site, count(*) as events,
    count(*) filter (where is_error) as error_events,
    count(*) filter (where error_class = 'contract') as contract_errors,
    count(*) filter (where attempt > 1) as retries,
    count(*) filter (where dead_letter) as dead_letters,
    count(idempotency_key) as keyed_events,
    count(r.event_no) as redelivered,
    max(event_ns) as newest_event_ns
  from told
  left join (from redeliveries where known_ns <= getvariable('known_at')) r using (event_no)
  where source <> 'syncline'
  group by all
  union all by name
  select * exclude (hour) from interface_hours where may_see(nullif(site, '')) and hour >= $whole_from_hour and hour < $whole_to_hour
),
seen as (
  select event_type, nullif(system, '') as system, nullif(schema_version, '') as schema_version, nullif(site, '') as site,
    sum(events)::bigint as events, sum(error_events)::bigint as error_events, sum(contract_errors)::bigint as contract_errors,
    sum(retries)::bigint as retries, sum(dead_letters)::bigint as dead_letters, sum(keyed_events)::bigint as keyed_events,
    sum(redelivered)::bigint as redelivered, max(newest_event_ns) as newest_event_ns
  from counted
  group by all
)
select s.*, a.workflows, a.owners, a.from_systems
from seen s
left join awaited a on a.event_type = s.event_type and a.system = s.system
order by s.event_type, s.system nulls last, s.schema_version nulls last, s.site nulls last
