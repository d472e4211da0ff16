-- Spans of messages in whose trace nothing says an event, after a moment: what a mapping could make events of.
create or replace macro unmapped_spans(after_ns) as table
  from spans
  where not is_event and kind in (4, 5) and start_ns > after_ns and start_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
    and may_see(site)
    and trace_id not in (select trace_id from spans where is_event and start_ns > after_ns);
