-- one row per failure, known at the moment, that nobody can place: kept, grouped and owned, never dropped
create or replace view unplaced_failures as
select
  coalesce(e.event_id, s.span_id) as failure_id,
  n.event_no is not null as is_event,
  coalesce(e.event_ns, s.end_ns) as event_ns,
  coalesce(e.system, s.system) as system,
  coalesce(e.site, s.site) as site,
  coalesce(e.event_type, s.name) as name,
  coalesce(s.destination, '') as destination,
  coalesce(e.error_class, 'unknown') as error_class,
  coalesce(e.error_text, s.status_message) as error_text,
  n.trace_id
from nameless n
left join events e on e.event_no = n.event_no
left join spans s on s.span_no = n.span_no
where n.is_failure
  and n.recorded_ns <= getvariable('known_at')
  and coalesce(e.event_ns, s.end_ns) <= getvariable('as_of')
  and not exists (from placements p where p.event_no = n.event_no)
  and not exists (from placements p where p.span_no = n.span_no);
