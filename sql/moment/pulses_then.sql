-- in which stretches of five minutes something had come from each source, system and site at the moment; older ones than four weeks tell nothing
create or replace temp table pulses as
select distinct e.source, f.system, f.site, e.event_ns // 300000000000 as pulse
from events e
join feeds f on f.source = e.source and f.system = coalesce(e.system, '') and f.site = coalesce(e.site, '')
where e.event_ns >= f.newest_event_ns - 8065 * 300000000000
  and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at');
