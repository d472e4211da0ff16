-- for a reader of some workflows or suppliers: the spans of `shown_traces` that say other events than those of `members` and of what may be seen,
-- and all that happened between in traces with such events
create or replace temp table path_spans_hidden as
with
others as materialized (
  select e.trace_id, e.span_id
  from events e
  where e.trace_id in (from shown_traces)
    and e.event_no not in (select event_no from members)
    and not exists (
      from named_objects n
      join seen_objects o on o.object_key = n.object_key and o.object_type = n.object_type and o.object_id = n.object_id
      where n.event_no = e.event_no)
)
select s.span_no
from spans s
where s.trace_id in (from shown_traces)
  and case when s.is_event then s.span_id in (select span_id from others) else s.trace_id in (select trace_id from others) end
