-- spans of messages in whose trace nothing says an event, by what they are called, from `from_ns` on: what a mapping could make events of
select
  source, service, system, name, destination, count(*) as spans, count(*) filter (where is_error) as error_spans,
  max(start_ns) as newest_ns, arg_max(attributes, start_ns) as example_attributes, arg_max(trace_id, start_ns) as example_trace_id
from spans
where not is_event and kind in (4, 5) and start_ns > $from_ns and start_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
  and may_see(site)
  and trace_id not in (select trace_id from spans where is_event and start_ns > $from_ns)
group by all
order by spans desc, name
limit 25
