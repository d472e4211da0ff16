-- Goods came for an order that nobody knows.
-- Goods were announced, received or posted for a purchase order that the ERP never created, or under an ASN that names no purchase order: they
-- cannot be booked, and their invoice cannot be matched. It counts from the receipt until the order, or the ASN with its order, is told.
-- severity: important
-- owner: supply-chain
-- per: purchase_order, asn
-- needs: purchase_order.created@erp, goods.received@wms
-- reads: asn.received@supplier, receipt.posted@erp
-- setting: clock_tolerance 60s
with
received as (
  select
    kind, key, min(event_ns) as received_ns, arg_min(site, {ns: event_ns, attempt: attempt, id: event_id}) as site,
    arg_min(event_no, {ns: event_ns, attempt: attempt, id: event_id}) as receipt,
    arg_min(quantity, {ns: event_ns, attempt: attempt, id: event_id}) as quantity
  from events
  where not is_error
    and (event_type in ('goods.received', 'receipt.posted') or kind = 'purchase_order' and event_type = 'asn.received')
  group by all
),
known as (
  -- the order itself, or whatever names the ASN together with an order
  select kind, key, min(event_ns) as known_ns, arg_min(event_no, {ns: event_ns, attempt: attempt, id: event_id}) as event_no
  from events e
  where case when kind = 'purchase_order' then event_type = 'purchase_order.created' and not is_error
        else exists (from names n where n.event_no = e.event_no and n.object_type = 'purchase_order') end
  group by all
)
select
  r.kind,
  r.key,
  w.workflow,
  case when w.workflow is not null then r.key end as transaction_id,
  r.site,
  r.received_ns as from_ns,
  k.known_ns as until_ns,
  case when r.kind = 'purchase_order' then 'erp' else 'supplier' end as waits_for,
  r.quantity,
  case when r.kind = 'purchase_order' then 'Goods came for purchase order ' || r.key || ', which the ERP had not created.'
    else 'Goods came under ASN ' || r.key || ', which had named no purchase order.' end as detail,
  list_sort(list_filter([r.receipt, k.event_no], lambda number: number is not null)) as evidence
from received r
left join known k using (kind, key)
left join workflows w on w.object_type = r.kind
where k.known_ns is null or k.known_ns - r.received_ns > $clock_tolerance
