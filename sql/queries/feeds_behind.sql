-- one row per system and site whose feed is behind what is due from it: up to when it is known, and how many expectations wait for that
select x.system, x.site, count(*) as expectations, min(x.due_ns) as first_due_ns,
  any_value(coalesce(m.watermark_ns, a.watermark_ns)) as known_until_ns
from expectations x
left join watermarks m on m.system = x.system and m.site = coalesce(x.site, '')
left join system_watermarks a on a.system = x.system
where x.state = 'unjudged' and ($site is null or x.site = $site)
group by x.system, x.site
order by expectations desc, system, site
