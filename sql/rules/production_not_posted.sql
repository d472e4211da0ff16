-- Production was confirmed, and its goods movements were not posted in time.
-- What was made is not in stock, and what went into it still is: receipt and consumption are posted together. It counts from the moment at
-- which the posting was due until it is there.
-- severity: important
-- owner: plant-it
-- per: transaction production_to_inventory
-- needs: production.confirmed@erp, inventory.posted@erp
select
  t.key,
  t.due.posted as from_ns,
  t.reached.posted as until_ns,
  'erp' as waits_for,
  e.quantity,
  'Confirmation ' || t.key || ' was taken; its goods movements were not posted by the time they were due.' as detail,
  coalesce(e.evidence, []) as evidence
from transactions t
left join (
  select
    transaction_no,
    max(quantity) filter (where milestone = 'confirmed') as quantity,
    list_sort(list(event_no)) as evidence
  from events
  where milestone in ('confirmed', 'posted') and not is_error
  group by transaction_no
) e using (transaction_no)
where t.reached.confirmed is not null and not t.is_cancelled and (t.reached.posted is null or t.reached.posted > t.due.posted)
