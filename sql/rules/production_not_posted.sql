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
  max(e.quantity) filter (where e.milestone = 'confirmed') as quantity,
  'Confirmation ' || t.key || ' was taken; its goods movements were not posted by the time they were due.' as detail,
  list_sort(list(e.event_no)) as evidence
from transactions t
join events e on e.transaction_no = t.transaction_no and e.milestone in ('confirmed', 'posted') and not e.is_error
where t.reached.confirmed is not null and not t.is_cancelled and (t.reached.posted is null or t.reached.posted > t.due.posted)
group by all
