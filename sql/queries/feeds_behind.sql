-- one row per system and site whose feed is behind what is due from it: up to when it is known, when it was last heard, and whether it is silent
with
heard as (
  select system, site, max(newest_event_ns) as heard_ns, bool_or(is_silent) as is_silent
  from feed_silence
  group by all
)
select x.system, x.site, count(*) as expectations, min(x.due_ns) as first_due_ns,
  any_value(coalesce(m.watermark_ns, a.watermark_ns)) as known_until_ns,
  any_value(coalesce(h.heard_ns, e.heard_ns)) as heard_ns,
  any_value(coalesce(h.is_silent, e.is_silent, false)) as is_silent
from expectations x
left join watermarks m on m.system = x.system and m.site = coalesce(x.site, '')
left join system_watermarks a on a.system = x.system
left join heard h on h.system = x.system and h.site = coalesce(x.site, '')
left join heard e on e.system = x.system and e.site = ''
where x.state = 'unjudged' and ($site is null or x.site = $site)
group by x.system, x.site
order by expectations desc, system, site
