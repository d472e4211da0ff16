-- An invoice was issued for goods that had not left.
-- The customer gets a bill for what still stands in the warehouse, and revenue is booked too early. It counts from the invoice until the
-- shipment is dispatched; clocks may differ by a minute.
-- severity: important
-- owner: finance
-- per: transaction shipment_to_invoice
-- needs: invoice.issued@fin, shipment.dispatched@tms
-- setting: clock_tolerance 60s
select
  t.key,
  t.reached.invoiced as from_ns,
  t.reached.dispatched as until_ns,
  'tms' as waits_for,
  t.value,
  t.currency,
  'Delivery ' || t.key || ' was invoiced; nothing of it had been dispatched.' as detail,
  list_sort(list(e.event_no)) as evidence
from transactions t
join events e on e.transaction_no = t.transaction_no and e.milestone in ('dispatched', 'invoiced') and not e.is_error
where t.reached.invoiced is not null
  and not t.is_cancelled
  and (t.reached.dispatched is null or t.reached.dispatched - t.reached.invoiced > $clock_tolerance)
group by all
