-- one row per transaction that an event of the trace names, or takes over from the span it belongs to
select distinct t.workflow, w.title, t.transaction_id, t.status, w.place
from events e
join named_objects n on n.event_no = e.event_no
join def_workflows w on w.object_type = n.object_type
join transactions t on t.workflow = w.workflow and t.transaction_id = n.object_id
where e.trace_id = $trace and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
order by w.place, t.transaction_id
limit 50
