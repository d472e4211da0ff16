-- one row per event type, system, version and site of the events from `from_ns` on: how many, how well, and the system they come from by the
-- workflows (the one of the step before; several where several workflows wait for the event)
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
seen as (
  select
    event_type, system, schema_version, site, count(*) as events,
    count(*) filter (where is_error) as error_events,
    count(*) filter (where error_class = 'contract') as contract_errors,
    count(*) filter (where attempt > 1) as retries,
    count(*) filter (where dead_letter) as dead_letters,
    count(idempotency_key) as keyed_events,
    count(idempotency_key) filter (where not is_error) - count(distinct case when not is_error then idempotency_key end) as redelivered,
    list_sort(list(distinct source)) as sources,
    max(event_ns) as newest_event_ns
  from events
  where event_ns > $from_ns and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at') and may_see(site)
  group by all
)
select s.*, a.workflows, a.owners, a.from_systems
from seen s
left join awaited a on a.event_type = s.event_type and a.system = s.system
order by s.event_type, s.system nulls last, s.schema_version nulls last, s.site nulls last
