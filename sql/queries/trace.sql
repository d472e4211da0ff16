-- the spans of these traces, oldest first
select
  s.span_no, s.span_id, s.parent_id, s.trace_id, s.name, s.kind, s.service, s.system, s.site, s.start_ns, s.end_ns, s.is_error, s.status_message,
  s.is_event, e.event_type, s.destination, s.operation, s.attributes, s.span_events,
  coalesce((select list_sort(list(l.linked_span_id)) from span_links l where l.span_no = s.span_no), []) as links
from spans s
left join events e on s.is_event and e.event_id = s.span_id
where list_contains($traces, s.trace_id) and s.recorded_ns <= getvariable('known_at') and may_see(s.site)
order by s.start_ns, s.span_no
