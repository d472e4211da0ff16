-- the traces that the events in `scope` belong to, and those they link to
create or replace temp table shown_traces as
with events_in as (
  select distinct e.trace_id, e.span_id from members m join scoped_events e using (event_no) where e.trace_id is not null
)
select trace_id from events_in
union
select left(l.linked_span_id, 32) from span_links l where l.span_id in (select span_id from events_in);
