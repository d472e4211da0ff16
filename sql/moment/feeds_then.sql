-- what had come from each source, system and site at the moment
create or replace temp table feeds as
select source, coalesce(system, '') as system, coalesce(site, '') as site, count(*) as events, min(event_ns) as first_event_ns,
  max(event_ns) as newest_event_ns, max(recorded_ns) as newest_recorded_ns
from events
where event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
group by all;
