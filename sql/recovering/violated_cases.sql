-- one row per violated rule and transaction it names (or thing, where it names none), with the latest event that shows it
with
asked as (
  select v.*, coalesce(v.workflow, v.kind) as about, coalesce(v.transaction_id, v.key) as name
  from violations v
  left join facts f using (transaction_no)
  where not coalesce(f.is_cancelled or f.is_abandoned, false)
    and (getvariable('workflow') is null or coalesce(v.workflow, v.kind) = getvariable('workflow'))
    and (getvariable('milestone') is null or v.rule = getvariable('milestone'))
    and (getvariable('site') is null or v.site = getvariable('site'))
    and (getvariable('transaction_id') is null or coalesce(v.transaction_id, v.key) = getvariable('transaction_id'))
),
summed as materialized (
  select
    about, name, rule, any_value(site order by site) as site, min(from_ns) as opened_ns, arg_min(detail, from_ns) as detail,
    max(quantity) as quantity, max({value: value, currency: currency}) filter (where value is not null) as worth, flatten(list(evidence)) as evidence
  from asked
  group by about, name, rule
),
latest as (
  select s.about, s.name, s.rule, e.*
  from (select about, name, rule, unnest(evidence) as event_no from summed) s
  join evidence_events e using (event_no)
  qualify row_number() over (partition by s.about, s.name, s.rule order by e.event_ns desc, e.attempt desc, e.event_id desc) = 1
)
select
  'violation' as kind, s.about as workflow, s.name as transaction_id, s.rule as milestone, s.site, l.system, null::varchar as error_class,
  null::varchar as error_code, s.detail as error_text, null::varchar as signature, s.opened_ns,
  l.event_id, coalesce(l.event_ns, s.opened_ns) as event_ns, coalesce(l.attempt, 0) as attempt, l.source, l.position,
  coalesce(l.recorded_ns, 0) as recorded_ns, l.payload_ref, l.payload_digest, l.message_id, l.idempotency_key, l.trace_id, l.span_id, l.partner,
  amount(s.quantity) as quantity, l.uom, amount(s.worth.value) as value, s.worth.currency as currency
from summed s
left join latest l using (about, name, rule)
order by s.opened_ns, s.about, s.name, s.rule
