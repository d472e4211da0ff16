-- one row per candidate and object it takes over
create or replace temp table ancestors as
select s.span_id, s.parent_id, s.span_no in (select span_no from span_objects) as names_some
from spans s
where s.trace_id in (select trace_id from candidates) and s.recorded_ns <= getvariable('known_at');

create or replace temp table placed as
with recursive
climb(span_no, event_no, at_span, steps) as (
  select span_no, event_no, climbs_from, 1 from candidates where climbs_from is not null
  union all
  select c.span_no, c.event_no, a.parent_id, c.steps + 1
  from climb c
  join ancestors a on a.span_id = c.at_span
  where not a.names_some and a.parent_id is not null and c.steps < 200   -- a span cannot be its own ancestor, but a broken client may say so
),
by_ancestor as (
  select c.span_no, c.event_no, a.span_id as named_by
  from climb c
  join ancestors a on a.span_id = c.at_span
  where a.names_some
),
by_link as (
  select c.span_no, c.event_no, l.linked_span_id as named_by
  from candidates c
  join span_links l on l.span_id = c.own_span_id
  join spans own on own.span_no = l.span_no and own.recorded_ns <= getvariable('known_at')   -- of a log record it may come later
),
by_message as (
  select c.span_no, c.event_no, s.span_id as named_by from candidates c join spans s on s.message_id = c.message_id
  union all
  select c.span_no, c.event_no, s.span_id as named_by from candidates c join spans s on s.conversation_id = c.conversation_id
),
-- what came as a row or a document has no span: there the events themselves carry the ids
by_sibling as (
  select c.span_no, c.event_no, e.event_no as named_by
  from candidates c
  join events e on e.message_id = c.message_id and e.recorded_ns <= getvariable('known_at')
  union all
  select c.span_no, c.event_no, e.event_no as named_by
  from candidates c
  join events e on e.conversation_id = c.conversation_id and e.recorded_ns <= getvariable('known_at')
),
ways as (
  select 1 as way, * from by_ancestor
  union all select 2, * from by_link
  union all select 3, * from by_message
),
found as (
  select distinct w.way, w.span_no, w.event_no, o.object_type, o.object_id
  from ways w
  join span_objects o on o.span_id = w.named_by
  join spans s on s.span_no = o.span_no and s.recorded_ns <= getvariable('known_at')
  union
  select 3, b.span_no, b.event_no, o.object_type, o.object_id
  from by_sibling b
  join event_objects o on o.event_no = b.named_by
)
select span_no, event_no, object_type, object_id
from found
qualify way = min(way) over (partition by span_no, event_no);
