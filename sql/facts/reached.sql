-- one row per transaction and step that adds up quantities: when they first covered what was ordered (null: not yet)
create or replace temp table covered as
with
effects as (
  select
    m.transaction_no, m.step, m.event_ns, m.attempt, m.event_id, t.ordered_quantity,
    -- equal keys are one effect: the later ones are redeliveries and add nothing
    case when m.idempotency_key is null
           or row_number() over (
                partition by m.transaction_no, m.step, m.idempotency_key order by m.event_ns, m.attempt, m.event_id) = 1
         then coalesce(m.quantity, 0) else 0 end as quantity
  from members m
  join stated t using (transaction_no)
  where m.adds_up and not m.is_error and t.ordered_quantity is not null
),
running as (
  select *, sum(quantity) over (partition by transaction_no, step order by event_ns, attempt, event_id rows unbounded preceding) as total
  from effects
)
select transaction_no, step, min(event_ns) filter (where total >= ordered_quantity) as covered_ns
from running
group by all;

-- one row per transaction: when each step was reached (by step number)
create or replace temp table reached as
with covering as (
  select transaction_no, map_from_entries(list({k: step, v: covered_ns})) as covered from covered group by all
)
select t.transaction_no, case when c.covered is null then t.ok
  else list_transform(t.ok, lambda ns, n: case when map_contains(c.covered, n) then c.covered[n] else ns end) end as reached
from stated t
left join covering c using (transaction_no)
