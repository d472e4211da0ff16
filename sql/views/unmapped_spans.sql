-- Spans of messages in whose trace nothing says an event, after a moment: what a mapping could make events of.
create or replace macro unmapped_spans(after_ns) as table
  from spans
  where not is_event and kind in (4, 5) and start_ns > after_ns and start_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
    and may_see(site)
    and trace_id not in (select trace_id from spans where is_event and start_ns > after_ns);

-- those of one source, service, system, name and destination ('' for what states none)
create or replace macro unmapped_of(after_ns, asked_source, asked_service, asked_system, asked_name, asked_destination) as table
  from unmapped_spans(after_ns)
  where source = asked_source and coalesce(service, '') = asked_service and coalesce(system, '') = asked_system and name = asked_name
    and coalesce(destination, '') = asked_destination;
