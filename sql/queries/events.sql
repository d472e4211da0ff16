-- one row per event that a figure of an interface counts, newest first
with
shown as (
  select event_no
  from said_of_kind($from_ns, $to_ns, $event_type, $system, $version, $site, $source, $kind)
  order by event_ns desc, event_no desc
  limit $stop::bigint - $start::bigint offset $start::bigint
),
named as (
  select event_no, list_sort(list(object_type || ' ' || object_id)) as objects
  from own_names
  where event_no in (from shown)
  group by event_no
)
select
  e.event_ns, e.recorded_ns, e.event_type, e.system, e.system_name, e.site, e.schema_version, e.is_error, e.error_class, e.error_code, e.error_text,
  e.attempt, e.dead_letter, e.idempotency_key, e.source, e.position, e.trace_id, n.objects
from events e
join shown using (event_no)
left join named n using (event_no)
order by e.event_ns desc, e.event_no desc
