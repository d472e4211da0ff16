-- the events of transactions that are not straight, or add up to an ordered quantity; where these are few, of all
create or replace temp table crooked as
select
  b.*, s.workflow,
  e.event_ns, e.attempt, e.event_id, e.is_error, e.error_class, e.error_code, e.dead_letter, e.idempotency_key, e.site, e.quantity, e.ordered_quantity,
  e.promised_ns, e.due_ns, e.partner, e.customer, e.work_center, e.item, e.value, e.currency
from {crooked} s
join belonging b using (transaction_no)
join scoped_events e using (event_no);
