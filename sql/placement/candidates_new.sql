-- the nameless things that what came after `seen_span` may place, or place nearer
create or replace temp table candidates as
with
arrived as (select span_id, trace_id, message_id, conversation_id from spans where span_no > getvariable('seen_span')),
ids as (
  select message_id, conversation_id from arrived
  union all
  select message_id, conversation_id from events where event_no > getvariable('seen_event')
)
from nameless n
where n.event_no > getvariable('seen_event')
   or n.span_no > getvariable('seen_span')
   or n.trace_id in (select trace_id from arrived)
   or n.message_id in (select message_id from ids where message_id is not null)
   or n.conversation_id in (select conversation_id from ids where conversation_id is not null)
   or n.own_span_id in (select l.span_id from span_links l where l.linked_span_id in (select span_id from arrived));
