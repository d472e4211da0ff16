-- one row per system and site: up to when its feeds are known to be complete; of several the slowest counts
create or replace view watermarks as
select system, site, min(watermark_ns) as watermark_ns
from feed_marks
group by all;

-- one row per system: its watermark at a site that none of its feeds has named. One that names no site speaks for all of them
-- (a supplier, a central finance system); otherwise only feeds that are always complete say anything about a place they were never seen at
create or replace view system_watermarks as
select
  f.system,
  coalesce(
    min(w.watermark_ns) filter (where f.site = ''),
    case when bool_and(s.is_complete) then getvariable('as_of') end) as watermark_ns
from feeds f
join def_sources s using (source)
left join watermarks w on w.system = f.system and w.site = f.site
group by f.system;
