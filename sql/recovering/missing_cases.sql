-- one row per missing milestone, with the message that opened its expectation: what its sender would have to send on again
with opening as (
  select m.workflow, m.transaction_id, m.step, e.*
  from members m
  join scoped_events e using (event_no)
  where not m.is_error
  qualify row_number() over (partition by m.transaction_no, m.step order by m.event_ns, m.attempt, m.event_id) = 1
)
select
  'missing' as kind, x.workflow, x.transaction_id, x.milestone, x.site, x.system, null::varchar as error_class, null::varchar as error_code,
  null::varchar as error_text, null::varchar as signature, x.opened_ns,
  o.event_id, coalesce(o.event_ns, 0) as event_ns, coalesce(o.attempt, 0) as attempt, o.source, o.position, coalesce(o.recorded_ns, 0) as recorded_ns,
  o.payload_ref, o.payload_digest, o.message_id, o.idempotency_key, o.trace_id, o.span_id, coalesce(f.partner, o.partner) as partner,
  amount(o.quantity) as quantity, o.uom, amount(coalesce(o.value, f.value)) as value,
  case when o.value is null then f.currency else o.currency end as currency
from missed x
join facts f using (transaction_no)
left join opening o on o.workflow = x.workflow and o.transaction_id = x.transaction_id and o.step = x.after_step
order by x.opened_ns, x.workflow, x.transaction_id, x.milestone
