-- one row per source, system and site that told, after `$since_ns` and by the moment, of what had happened by `$until_ns`: how many events, and of
-- when
select
  source, system, site, count(*) as events, min(event_ns) as first_ns, max(event_ns) as last_ns
from seen_events
where recorded_ns > $since_ns and recorded_ns <= getvariable('known_at') and event_ns <= $until_ns
  and ($site is null or site = $site)
group by all
order by events desc, source, system, site
