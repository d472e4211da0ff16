-- The same was posted twice.
-- Two successful postings of one step with two idempotency keys, or with none, and with equal quantity, value, item, lot and place: stock or
-- money is counted double. Equal keys are one posting that was delivered again, which is harmless. Steps that add up to an ordered quantity
-- are left out, as long as together they do not exceed it: two halves are no duplicate.
-- severity: critical
-- owner: plant-it
-- per: transaction *
-- reads: production.confirmed, inventory.posted, goods.received, receipt.posted, goods_issue.posted, invoice.issued, stock.moved
with
several as (
  -- most steps have one posting: only the others need a closer look
  select transaction_no, step
  from events
  where step > 0 and not is_error
  group by all
  having count(*) > 1
),
effects as (
  select
    e.*, row_number() over (partition by transaction_no, step, e.effect order by e.event_ns, e.attempt, e.event_id) as place
  from events e
  join several using (transaction_no, step)
  where not e.is_error
),
counted as (
  select
    *,
    sum(quantity) over (partition by transaction_no, step) as total,
    row_number() over (
      partition by transaction_no, step, quantity, value, currency, item, batch, location order by event_ns, attempt, event_id) as nth,
    count(*) over (partition by transaction_no, step, quantity, value, currency, item, batch, location) as equals
  from effects
  where place = 1
)
select
  c.kind,
  c.key,
  min(c.event_ns) filter (where c.nth > 1) as from_ns,
  any_value(c.quantity) * (count(*) - 1) as quantity,
  any_value(c.value) * (count(*) - 1) as value,
  any_value(c.currency) as currency,
  c.key || ': the step ' || c.milestone || ' was taken ' || count(*) || ' times'
    || coalesce(', ' || amount(any_value(c.quantity)) || ' each', '') || '.' as detail,
  list_sort(list(c.event_no)) as evidence
from counted c
join transactions t using (transaction_no)
where c.equals > 1 and not coalesce(c.total <= t.ordered_quantity, false)
group by c.kind, c.key, c.transaction_no, c.milestone, c.quantity, c.value, c.currency, c.item, c.batch, c.location
