-- one row per passage of a message between two systems inside the transactions in `scope`: by the sending span that the event's span
-- links to or has above it, else from the event before it in another system
with recursive
receiving as (
  select
    m.workflow, m.transaction_id, m.event_no, e.event_id, e.event_ns, e.attempt, e.is_error, e.system, e.trace_id, e.span_id,
    nullif(lag(e.system) over in_order, e.system) as system_before,
    lag(e.event_ns) over in_order as before_ns
  from members m
  join scoped_events e using (event_no)
  window in_order as (partition by m.workflow, m.transaction_id order by e.event_ns, e.attempt, e.event_id)
),
near as (
  select span_id, parent_id, system, end_ns, kind, destination
  from spans
  where trace_id in (select trace_id from receiving where trace_id is not null) and recorded_ns <= getvariable('known_at')
),
climb(event_no, own_system, at_span, steps) as (
  select distinct r.event_no, r.system, n.parent_id, 1 from receiving r join near n on n.span_id = r.span_id where n.parent_id is not null
  union all
  select c.event_no, c.own_system, n.parent_id, c.steps + 1
  from climb c
  join near n on n.span_id = c.at_span
  where n.parent_id is not null and n.system is not distinct from c.own_system and c.steps < 200
),
sending as (
  select l.event_no, s.span_id, s.system, s.end_ns, s.destination, 0 as steps
  from (select distinct event_no, span_id, system from receiving) l
  join span_links k on k.span_id = l.span_id
  join spans s on s.span_id = k.linked_span_id and s.recorded_ns <= getvariable('known_at') and s.system is distinct from l.system
  union all
  select c.event_no, n.span_id, n.system, n.end_ns, n.destination, c.steps
  from climb c
  join near n on n.span_id = c.at_span
  where n.system is distinct from c.own_system
),
nearest as (
  select event_no, min_by(sending, steps) as s
  from sending
  group by event_no
)
select
  r.workflow,
  r.transaction_id,
  coalesce(n.s.system, r.system_before) as from_system,
  r.system as to_system,
  coalesce(n.s.end_ns, r.before_ns) as sent_ns,
  r.event_ns as received_ns,
  (r.event_ns - coalesce(n.s.end_ns, r.before_ns)) / 1e9 as seconds,
  n.s.destination as destination,
  n.s.span_id as sending_span_id,
  case when n.s.span_id is not null then r.span_id end as receiving_span_id,
  r.is_error,
  r.event_id
from receiving r
left join nearest n using (event_no)
where n.s.span_id is not null or r.system_before is not null
order by r.workflow, r.transaction_id, r.event_ns, r.attempt, r.event_id
