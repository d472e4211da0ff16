-- adds the stretches of five minutes in which something that came after `seen_event` took effect. Stretches are a set, so neither order nor
-- repetition matters; of a busy feed nearly every refresh adds none, and then its gaps are not counted again
create or replace temp table fresh_pulses as
with fresh as (
  select distinct source, coalesce(system, '') as system, coalesce(site, '') as site, event_ns // 300000000000 as pulse
  from events
  where event_no > getvariable('seen_event')
)
from fresh
anti join feed_pulses using (source, system, site, pulse);

insert into feed_pulses by name from fresh_pulses;

create or replace temp table pulsing as select distinct source, system, site from fresh_pulses;

-- what is older than four weeks tells nothing any more, however late it came
delete from feed_pulses p
using feeds f
where f.source = p.source and f.system = p.system and f.site = p.site and p.pulse < f.newest_event_ns // 300000000000 - 8064
  and (p.source, p.system, p.site) in (from pulsing);

create or replace temp table pulses as
from feed_pulses
semi join pulsing using (source, system, site);
