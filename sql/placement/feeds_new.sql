-- adds what came after `seen_event` to what has come from each source, system and site
create or replace temp table fed as
select source, system, site, sum(events) as events, min(first_event_ns) as first_event_ns, max(newest_event_ns) as newest_event_ns,
  max(newest_recorded_ns) as newest_recorded_ns
from (
  from feeds
  union all by name
  select source, coalesce(system, '') as system, coalesce(site, '') as site, count(*) as events, min(event_ns) as first_event_ns,
    max(event_ns) as newest_event_ns, max(recorded_ns) as newest_recorded_ns
  from events
  where event_no > getvariable('seen_event')
  group by all
)
group by all;
delete from feeds;
insert into feeds by name from fed;
