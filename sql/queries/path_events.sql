-- one row per event of the transactions in `scope`, in order: members, with the step each one is for
select
  m.workflow,
  m.transaction_id,
  e.event_id, e.event_ns, e.event_type, e.system, e.system_name, e.site,
  w.steps[nullif(m.step, 0)].milestone as milestone,
  e.is_error, e.attempt, e.dead_letter,
  not e.is_error and e.idempotency_key is not null and row_number() over (
    partition by m.workflow, m.transaction_id, m.step, e.is_error, e.idempotency_key order by e.event_ns, e.attempt, e.event_id) > 1 as is_redelivery,
  e.error_class, e.error_code, e.error_type, e.error_text,
  e.quantity, e.uom, e.ordered_quantity, e.item, e.location, e.batch, e.value, e.currency, e.partner, e.customer, e.work_center,
  e.promised_ns, e.due_ns, e.recovery_id, e.idempotency_key, e.schema_version, e.payload_ref, e.trace_id, e.span_id, e.source, e.position, e.recorded_ns,
  (select list_sort(list(o.object_type || ' ' || o.object_id)) from scoped_objects o where o.event_no = e.event_no) as objects
from members m
join scoped_events e using (event_no)
join def_workflows w on w.workflow = m.workflow
order by m.workflow, m.transaction_id, e.event_ns, e.attempt, e.event_id
