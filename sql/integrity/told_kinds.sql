-- adds what came after `seen_event` to the event types that have ever come
create or replace temp table told as
select event_type, system, min(first_event_ns) as first_event_ns, min(first_recorded_ns) as first_recorded_ns
from (
  from told_kinds
  union all by name
  select event_type, coalesce(system, '') as system, min(event_ns) as first_event_ns, min(recorded_ns) as first_recorded_ns
  from events
  where event_no > getvariable('seen_event')
  group by all
)
group by all;
delete from told_kinds;
insert into told_kinds by name from told;
