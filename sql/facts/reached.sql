-- a step that adds up quantities was reached when they first covered what was ordered (null: not yet)
update stated t
set
  reached = c.reached,
  places = case when t.failed_attempts = 0 and not t.is_cancelled and t.members = list_unique(c.reached)
    then array_to_string(list_grade_up(c.reached, 'ASC', 'NULLS LAST')[:t.members], ' ') end
from (
  with
  effects as (
    select
      m.transaction_no, m.step, m.event_ns, m.attempt, m.event_id, t.reached, t.ordered_quantity,
      -- equal keys are one effect: the later ones are redeliveries and add nothing
      case when m.idempotency_key is null
             or row_number() over (
                  partition by m.transaction_no, m.step, m.idempotency_key order by m.event_ns, m.attempt, m.event_id) = 1
           then coalesce(m.quantity, 0) else 0 end as quantity
    from crooked m
    join stated t using (transaction_no)
    where m.adds_up and not m.is_error and t.ordered_quantity is not null
  ),
  running as (
    select *, sum(quantity) over (partition by transaction_no, step order by event_ns, attempt, event_id rows unbounded preceding) as total
    from effects
  ),
  covered as (
    select transaction_no, reached, step, min(event_ns) filter (where total >= ordered_quantity) as covered_ns
    from running
    group by all
  ),
  covering as (
    select transaction_no, reached, map_from_entries(list({k: step, v: covered_ns})) as steps from covered group by all
  )
  select transaction_no, list_transform(reached, lambda ns, n: case when map_contains(steps, n) then steps[n] else ns end) as reached
  from covering
) c
where c.transaction_no = t.transaction_no;
