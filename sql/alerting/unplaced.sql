-- one row per group of failures that nobody can place and site: how many came within a week, since when, and the trace it began with; without
-- what a person parked or closed. They never get through by themselves, so what has not come again for a week needs nobody any more
with
counted as (
  select
    u.*, e.error_code,
    signature_of(coalesce(u.system, ''), u.name, u.error_class, e.error_code, signature_words(u.error_text)) as signature
  from unplaced_failures u
  left join events e on u.is_event and e.event_id = u.failure_id
  where u.event_ns > getvariable('as_of') - 7 * 86400000000000
    and not coalesce(
      u.event_ns <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', 'unplaced', '', u.failure_id, u.name)], false)
)
select
  'unplaced' as kind, signature, '' as title, name as milestone, any_value(system) as system, error_class, any_value(error_code) as error_code,
  any_value(error_text) as words, site, count(*) as cases, min(event_ns) as first_ns, max(event_ns) as last_ns,
  arg_min(trace_id, {ns: event_ns, id: failure_id}) as first_trace
from counted
group by signature, name, error_class, site
order by signature, site
