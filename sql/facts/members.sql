-- one row per event and transaction it belongs to: those it names itself, else those that its related objects are linked to
create or replace temp table members as
with
stepping as materialized (
  select s.workflow, s.object_type, s.step, s.adds_up, e.event_no
  from scoped_events e
  join def_steps s on s.event_type = e.event_type and s.system = e.system
),
named as materialized (
  select s.workflow, o.object_id as transaction_id, s.step, s.adds_up, s.event_no, true as names_it
  from stepping s
  join scoped_objects o on o.event_no = s.event_no and o.object_type = s.object_type
),
-- materialised, each: joined in another order, every event of a workflow would meet every link of it
others as materialized (
  select s.workflow, s.step, s.adds_up, s.event_no, o.object_type, o.object_id
  from stepping s
  join def_related w on w.workflow = s.workflow
  join scoped_objects o on o.event_no = s.event_no and o.object_type = w.related_type
  where not exists (from named n where n.event_no = s.event_no and n.workflow = s.workflow)
),
linked as materialized (
  select distinct o.workflow, l.transaction_id, o.step, o.adds_up, o.event_no, false as names_it
  from others o
  join links l on (l.workflow, l.object_type, l.object_id) = (o.workflow, o.object_type, o.object_id)
),
belonging as (from named union all from linked)
select
  b.*,
  e.event_ns,
  e.attempt,
  e.event_id,
  e.is_error,
  e.error_class,
  e.error_code,
  e.dead_letter,
  e.idempotency_key,
  e.site,
  e.quantity,
  e.ordered_quantity,
  e.promised_ns,
  e.due_ns,
  e.partner,
  e.customer,
  e.work_center,
  e.item,
  e.value,
  e.currency
from belonging b
join scoped_events e using (event_no)
where {in_scope}
