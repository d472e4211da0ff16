-- the newest moments of what came after `seen_event` and `seen_span`, and of what came before
create or replace temp table newest as
select 'newest_event_ns' as key, max(event_ns) as ns from events where event_no > getvariable('seen_event')
union all
select 'newest_recorded_ns', greatest(
  (select max(recorded_ns) from events where event_no > getvariable('seen_event')),
  (select max(recorded_ns) from spans where span_no > getvariable('seen_span')))
union all
select key, value::bigint from meta where key in ('newest_event_ns', 'newest_recorded_ns');
delete from meta where key in ('newest_event_ns', 'newest_recorded_ns');
insert into meta select key, max(ns)::varchar from newest where ns is not null group by key;
