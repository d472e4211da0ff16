-- one row per system and site: up to when its feeds are known to be complete
create or replace view watermarks as
select
  f.system,
  f.site,
  min(case when s.is_complete then getvariable('as_of') else least(f.newest_event_ns - s.lateness_ns, getvariable('as_of')) end) as watermark_ns
from feeds f
join def_sources s using (source)
group by all;
