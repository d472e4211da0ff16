-- A delivery was picked after its truck had left.
-- Somebody books picking at the end of the shift: stock at hand is wrong for hours. A minute is left to the clocks.
-- severity: routine
-- owner: logistics
-- per: transaction shipment_to_invoice
-- needs: delivery.picked@wms, shipment.dispatched@tms
-- setting: tolerance 60s
select
  t.key,
  t.reached.picked as from_ns,
  'Delivery ' || t.key || ' was picked after it was dispatched.' as detail,
  list_sort(list(e.event_no)) as evidence
from transactions t
join events e on e.transaction_no = t.transaction_no and e.milestone in ('picked', 'dispatched') and not e.is_error
where t.reached.picked - t.reached.dispatched > $tolerance
group by t.key, t.reached.picked
