-- one row per difference in `differing`, with the posting it is about: what one side did and the other did not, or the one that was too many.
-- Its system is the one that would have to post, or to undo
with
effects as materialized (
  select d.cause, m.workflow, m.transaction_id, e.*
  from differing d
  join members m on m.workflow = d.workflow and m.transaction_id = d.transaction_id and not m.is_error
  join scoped_events e using (event_no)
  join def_inventory i on e.system in (i.reference_system, i.other_system)
  qualify e.idempotency_key is null or row_number() over (
    partition by d.cause, m.transaction_no, m.step, e.idempotency_key order by m.event_ns, m.attempt, m.event_id) = 1
),
sided as (
  select e.cause, e.workflow, e.transaction_id,
    case when (e.cause = 'lost') = (count(*) filter (where e.system = i.reference_system) > count(*) filter (where e.system = i.other_system))
      then any_value(i.other_system) else any_value(i.reference_system) end as system
  from effects e
  cross join def_inventory i
  group by e.cause, e.workflow, e.transaction_id
),
posted as (
  select e.*
  from effects e
  join sided s on s.cause = e.cause and s.workflow = e.workflow and s.transaction_id = e.transaction_id
  where (e.system = s.system) = (e.cause = 'duplicated')
  qualify row_number() over (partition by e.cause, e.workflow, e.transaction_id order by e.event_ns desc, e.attempt desc, e.event_id desc) = 1
)
select
  'inventory' as kind, d.workflow, d.transaction_id, d.cause as milestone, d.site, s.system, null::varchar as error_class,
  null::varchar as error_code, null::varchar as error_text, null::varchar as signature, coalesce(p.event_ns, d.pair_ns) as opened_ns,
  p.event_id, coalesce(p.event_ns, d.pair_ns) as event_ns, coalesce(p.attempt, 0) as attempt, p.source, p.position,
  coalesce(p.recorded_ns, 0) as recorded_ns, p.payload_ref, p.payload_digest, p.message_id, p.idempotency_key, p.trace_id, p.span_id, p.partner,
  amount(d.quantity) as quantity, d.uom, amount(d.value) as value, d.currency
from differing d
left join sided s on s.cause = d.cause and s.workflow = d.workflow and s.transaction_id = d.transaction_id
left join posted p on p.cause = d.cause and p.workflow = d.workflow and p.transaction_id = d.transaction_id
order by opened_ns, d.cause, d.transaction_id
