-- one row per failure in `signatures`, with the message that failed
select
  'failed' as kind, s.workflow, s.transaction_id, s.milestone, s.site, e.system, e.error_class, e.error_code,
  coalesce(e.error_text, e.error_type) as error_text, s.signature, s.first_ns as opened_ns,
  e.event_id, e.event_ns, e.attempt, e.source, e.position, e.recorded_ns, e.payload_ref, e.payload_digest, e.message_id, e.idempotency_key,
  e.trace_id, e.span_id, coalesce(f.partner, e.partner) as partner, amount(e.quantity) as quantity, e.uom,
  amount(coalesce(e.value, f.value)) as value, case when e.value is null then f.currency else e.currency end as currency
from signatures s
join events e on e.event_no = s.failed_event_no
join facts f using (transaction_no)
order by e.event_ns, e.attempt, e.event_id, s.workflow, s.transaction_id
