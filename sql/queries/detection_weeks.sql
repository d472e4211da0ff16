-- one row per ISO week: how long after a failed attempt it was told here. What was told more than a day later was loaded afterwards, and only
-- counted
with told as (
  select v.event_ns, (v.recorded_ns - v.event_ns) / 1e9 as seconds, coalesce(s.timezone, e.timezone) as timezone
  from seen_events v
  left join def_sites s on s.site = $site
  cross join (select timezone from def_sites where site = '') e
  where v.is_error
    and v.event_ns >= getvariable('from_ns') and v.event_ns < getvariable('to_ns')
    and v.event_ns <= getvariable('as_of') and v.recorded_ns <= getvariable('known_at')
    and ($site is null or v.site = $site)
)
select
  period_of(t.event_ns, z.offset_ns, 'week') as week,
  list(greatest(t.seconds, 0)) filter (where t.seconds <= 86400) as seconds,
  count(*) filter (where t.seconds > 86400) as loaded_later
from told t
asof left join zone_offsets z on z.timezone = t.timezone and z.from_ns <= t.event_ns
group by all
order by all
