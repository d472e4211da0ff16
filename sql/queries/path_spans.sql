-- the spans of the traces that the events in `scope` belong to, and of those they link to; oldest first
with
events_in as (
  select distinct e.trace_id, e.span_id from members m join scoped_events e using (event_no) where e.trace_id is not null
),
traces as (
  select trace_id from events_in
  union
  select left(l.linked_span_id, 32) from span_links l where l.span_id in (select span_id from events_in)
)
select
  s.span_no, s.span_id, s.parent_id, s.trace_id, s.name, s.kind, s.service, s.system, s.site, s.start_ns, s.end_ns, s.is_error, s.status_message,
  s.is_event, e.event_type, s.destination, s.operation, s.attributes, s.span_events,
  coalesce((select list_sort(list(l.linked_span_id)) from span_links l where l.span_no = s.span_no), []) as links
from spans s
left join events e on s.is_event and e.event_id = s.span_id
where s.trace_id in (from traces) and s.recorded_ns <= getvariable('known_at')
order by s.start_ns, s.span_no
