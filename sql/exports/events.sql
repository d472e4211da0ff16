-- one row per event known at the moment, with the objects it names or takes over
with named as (
  select event_no, map_from_entries(list({k: object_type, v: ids} order by object_type)) as objects
  from (select event_no, object_type, list_sort(list(object_id)) as ids from told_names group by all)
  group by event_no
)
select
  e.event_id, utc(e.event_ns) as event_time, utc(e.recorded_ns) as recorded_time, e.event_type, e.system, e.system_name, e.site,
  case when e.is_error then 'error' else 'ok' end as outcome, e.attempt, e.dead_letter, e.idempotency_key,
  e.error_class, e.error_code, e.error_type, e.error_text,
  coalesce(n.objects, map {}) as objects,
  e.item, e.location, e.batch, e.stock_status, e.quantity, e.uom, e.ordered_quantity, e.value, e.currency,
  utc(e.due_ns) as due_time, utc(e.promised_ns) as promised_time, e.partner, e.customer, e.work_center, e.schema_version,
  e.payload_ref, e.payload_digest, e.recovery_id, e.trace_id, right(e.span_id, 16) as span_id, e.message_id, e.conversation_id, e.source, e.position
from seen_events e
left join named n using (event_no)
where e.event_no <= (select value::bigint from meta where key = 'refreshed_event')   -- before its refresh nobody knows what an event names
  and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
order by e.event_ns, e.attempt, e.event_id
