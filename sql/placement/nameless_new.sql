-- what came after `seen_event` and `seen_span` and names no object itself
insert into nameless
with bare as materialized (
  -- few, as a rule: only these are looked at closely
  select event_no
  from (from events where event_no > getvariable('seen_event'))
  anti join (from event_objects where event_no > getvariable('seen_event')) using (event_no)
)
select null, e.event_no, case when e.span_id = e.event_id then s.parent_id else e.span_id end, e.span_id, e.trace_id, e.message_id,
  e.conversation_id, e.is_error, e.recorded_ns
from events e
join bare using (event_no)
left join (from spans where is_event and span_no > getvariable('seen_span')) s on s.span_id = e.event_id
where e.event_no > getvariable('seen_event')
union all
select s.span_no, null, s.parent_id, s.span_id, s.trace_id, s.message_id, s.conversation_id, true, s.recorded_ns
from spans s
where s.span_no > getvariable('seen_span') and s.is_error and not s.is_event
  and not exists (from span_objects o where o.span_no = s.span_no);
