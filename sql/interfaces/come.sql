-- what the events after `seen_event` say of interfaces: `said_again`, the redeliveries among those with whose key something came ({touched}), and
-- `hours_come`, what is to be added to the hours. An event of earlier time than those told before makes a redelivery of the first of them
insert into effect_keys
select hash(event_type, system, site, idempotency_key), event_no
from events
where event_no > getvariable('seen_event') and idempotency_key is not null and not is_error and source <> 'syncline'
order by event_no;

create or replace temp table said_again as
with
touched as materialized (
  from effect_keys where {touched}
),
repeated as (
  select effect_key from touched group by effect_key having count(*) > 1
),
said as (
  select event_no, recorded_ns, row_number() over effect as turn,
    min(recorded_ns) over (effect rows between unbounded preceding and 1 preceding) as earlier_recorded_ns
  from events
  where event_no in (select event_no from touched where effect_key in (from repeated))
  window effect as (partition by event_type, system, site, idempotency_key order by event_ns, attempt, event_id)
)
select event_no, greatest(recorded_ns, earlier_recorded_ns) as known_ns
from said
where turn > 1;

create or replace temp table hours_come as
with
counted as (
  select event_type, system, schema_version, site, event_ns // 3600000000000 as hour, count(*) as events,
    count(*) filter (where is_error) as error_events,
    count(*) filter (where error_class = 'contract') as contract_errors,
    count(*) filter (where attempt > 1) as retries,
    count(*) filter (where dead_letter) as dead_letters,
    count(idempotency_key) as keyed_events,
    0 as redelivered, max(event_ns) as newest_event_ns
  from events
  where event_no > getvariable('seen_event') and source <> 'syncline'   -- what it says itself came through no interface
  group by all
  union all
  select event_type, system, schema_version, site, event_ns // 3600000000000, 0, 0, 0, 0, 0, 0, count(*), max(event_ns)
  from events
  where event_no in (select event_no from said_again anti join redeliveries using (event_no))
  group by all
)
select event_type, coalesce(system, '') as system, coalesce(schema_version, '') as schema_version, coalesce(site, '') as site, hour,
  sum(events)::bigint as events, sum(error_events)::bigint as error_events, sum(contract_errors)::bigint as contract_errors,
  sum(retries)::bigint as retries, sum(dead_letters)::bigint as dead_letters, sum(keyed_events)::bigint as keyed_events,
  sum(redelivered)::bigint as redelivered, max(newest_event_ns) as newest_event_ns
from counted
group by all;
