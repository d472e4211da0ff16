-- one row per failure that nobody can place: it belongs to no workflow, and is its own transaction
with asked as (
  select *
  from unplaced_failures
  where may_see(site)
    and (getvariable('milestone') is null or name = getvariable('milestone'))
    and (getvariable('error_class') is null or error_class = getvariable('error_class'))
    and (getvariable('system') is null or coalesce(system, '') = getvariable('system'))
    and (getvariable('site') is null or site = getvariable('site'))
    and (getvariable('transaction_id') is null or failure_id = getvariable('transaction_id'))
)
select
  'unplaced' as kind, '' as workflow, a.failure_id as transaction_id, a.name as milestone, a.site, a.system, a.error_class, e.error_code, a.error_text,
  signature_of(coalesce(a.system, ''), a.name, a.error_class, e.error_code, signature_words(a.error_text)) as signature,
  a.event_ns as opened_ns, a.failure_id as event_id, a.event_ns, coalesce(e.attempt, 1) as attempt,
  coalesce(e.source, s.source) as source, coalesce(e.position, s.position) as position, coalesce(e.recorded_ns, s.recorded_ns) as recorded_ns,
  coalesce(e.payload_ref, s.attributes ->> '$."mfg.payload.ref"') as payload_ref,
  coalesce(e.payload_digest, s.attributes ->> '$."mfg.payload.digest"') as payload_digest,
  coalesce(e.message_id, s.message_id) as message_id, coalesce(e.idempotency_key, s.attributes ->> '$."mfg.idempotency_key"') as idempotency_key,
  a.trace_id, coalesce(e.span_id, s.span_id) as span_id, e.partner, amount(e.quantity) as quantity, e.uom, amount(e.value) as value, e.currency
from asked a
left join events e on a.is_event and e.event_id = a.failure_id
left join spans s on not a.is_event and s.span_id = a.failure_id
where getvariable('signature') is null or signature = getvariable('signature')
order by a.event_ns, a.failure_id
