-- one row per span known at the moment
select
  trace_id, right(span_id, 16) as span_id, right(parent_id, 16) as parent_span_id, name, kind, utc(start_ns) as start_time, utc(end_ns) as end_time,
  is_error, status_message, service, system, system_name, site, operation, destination, message_id, conversation_id, is_event,
  attributes::json as attributes, resource::json as resource, scope, span_events::json as events, utc(recorded_ns) as recorded_time, source, position
from seen_spans
where recorded_ns <= getvariable('known_at')
order by start_ns, seen_spans.span_id
