-- one row per difference in `differing`, with the posting it is about: what one side did and the other did not, or the one that was too many
with posted as (
  select d.cause, m.workflow, m.transaction_id, e.*
  from differing d
  join members m on m.workflow = d.workflow and m.transaction_id = d.transaction_id and not m.is_error
  join scoped_events e using (event_no)
  where (e.system = d.lacking) = (d.cause = 'duplicated')
  qualify row_number() over (partition by d.cause, m.workflow, m.transaction_id order by m.event_ns desc, m.attempt desc, m.event_id desc) = 1
)
select
  'inventory' as kind, d.workflow, d.transaction_id, d.cause as milestone, d.site, d.lacking as system, null::varchar as error_class,
  null::varchar as error_code, null::varchar as error_text, null::varchar as signature, coalesce(p.event_ns, d.pair_ns) as opened_ns,
  p.event_id, coalesce(p.event_ns, d.pair_ns) as event_ns, coalesce(p.attempt, 0) as attempt, p.source, p.position,
  coalesce(p.recorded_ns, 0) as recorded_ns, p.payload_ref, p.payload_digest, p.message_id, p.idempotency_key, p.trace_id, p.span_id, p.partner,
  amount(d.quantity) as quantity, d.uom, amount(d.value) as value, d.currency
from differing d
left join posted p on p.cause = d.cause and p.workflow = d.workflow and p.transaction_id = d.transaction_id
order by opened_ns, d.cause, d.transaction_id
