-- one row per failure in `signatures`, with its latest failed attempt. Where quantities add up, several messages may have failed, each with an
-- effect of its own: then the oldest that did not get through since, with its latest attempt
with
attempts as materialized (
  select
    s.signature, s.first_ns, s.milestone, m.transaction_no, m.workflow, m.transaction_id, m.step, m.adds_up, m.event_no, m.event_ns, m.attempt, m.event_id,
    case when m.adds_up then coalesce(e.idempotency_key, e.message_id, e.event_id) end as message
  from signatures s
  join acted a using (transaction_no)
  join members m on m.workflow = a.workflow and m.transaction_id = a.transaction_id and m.step = a.step and m.is_error
  join scoped_events e using (event_no)
  where getvariable('signature') is null or s.signature = getvariable('signature')
),
effects as materialized (
  select distinct m.transaction_no, m.step, coalesce(e.idempotency_key, e.message_id) as message
  from members m
  join scoped_events e using (event_no)
  where m.adds_up and not m.is_error
),
placed as (
  select
    a.*, d.message is not null as is_done,
    min(a.event_ns) over (partition by a.transaction_no, a.step, a.message) as message_ns
  from attempts a
  left join effects d on d.transaction_no = a.transaction_no and d.step = a.step and d.message = a.message
),
chosen as materialized (
  select *
  from placed
  qualify row_number() over (
    partition by transaction_no, step
    order by is_done, case when adds_up and not is_done then message_ns end, event_ns desc, attempt desc, event_id desc) = 1
)
select
  'failed' as kind, c.workflow, c.transaction_id, c.milestone, f.site, e.system, e.error_class, e.error_code,
  coalesce(e.error_text, e.error_type) as error_text, c.signature, c.first_ns as opened_ns,
  c.event_id, c.event_ns, c.attempt, e.source, e.position, e.recorded_ns, e.payload_ref, e.payload_digest, e.message_id, e.idempotency_key,
  e.trace_id, e.span_id, coalesce(e.partner, f.partner) as partner, amount(e.quantity) as quantity, e.uom,
  amount(coalesce(e.value, f.value)) as value, case when e.value is null then f.currency else e.currency end as currency
from chosen c
join scoped_events e using (event_no)
join facts f on f.workflow = c.workflow and f.transaction_id = c.transaction_id
order by c.event_ns, c.attempt, c.event_id, c.workflow, c.transaction_id
