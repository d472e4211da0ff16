-- one row per transaction and step that has events: when it was reached (null: not yet)
create or replace temp table reached as
with
effects as (
  select
    m.workflow, m.transaction_id, m.step, m.event_ns, m.attempt, m.event_id, t.ordered_quantity,
    -- equal keys are one effect: the later ones are redeliveries and add nothing
    case when m.idempotency_key is null
           or row_number() over (
                partition by m.workflow, m.transaction_id, m.step, m.idempotency_key order by m.event_ns, m.attempt, m.event_id) = 1
         then coalesce(m.quantity, 0) else 0 end as quantity
  from members m
  join stated t using (workflow, transaction_id)
  where m.adds_up and not m.is_error and t.ordered_quantity is not null
),
running as (
  select *, sum(quantity) over (partition by workflow, transaction_id, step order by event_ns, attempt, event_id rows unbounded preceding) as total
  from effects
),
covered as (
  select workflow, transaction_id, step, min(event_ns) filter (where total >= ordered_quantity) as covered_ns
  from running
  group by all
)
select
  f.workflow,
  f.transaction_id,
  f.step,
  case when c.step is null then f.ok_ns else c.covered_ns end as reached_ns
from step_facts f
left join covered c using (workflow, transaction_id, step)
