-- one row per feed that is silent and site
select source, system, nullif(site, '') as site, watermark_ns, newest_event_ns
from feed_silence
where is_silent and may_see(nullif(site, ''))
order by source, system, site
