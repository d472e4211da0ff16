-- one row per source, system and site: up to when it is known to be complete. A feed is known up to its newest event, or the newest read of
-- its source to the end, less its allowed lateness
create or replace view feed_marks as
with
read as (select source, max(read_ns) as read_ns from source_reads where recorded_ns <= getvariable('known_at') group by source)
select
  f.source,
  f.system,
  f.site,
  s.is_complete,
  s.lateness_ns,
  s.silent_after_ns as told_ns,
  f.newest_event_ns,
  case when s.is_complete then getvariable('as_of')
  else least(greatest(f.newest_event_ns, coalesce(r.read_ns, f.newest_event_ns)) - s.lateness_ns, getvariable('as_of')) end as watermark_ns
from feeds f
join def_sources s using (source)
left join read r using (source);
