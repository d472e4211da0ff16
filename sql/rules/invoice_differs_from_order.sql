-- The invoice is not what was ordered.
-- The invoices of a delivery together differ from what the delivery was worth by more than the tolerance, or are in another currency. Both must
-- state `mfg.value` and `mfg.currency`; an invoice of several deliveries together cannot be compared, and is not.
-- severity: important
-- owner: finance
-- per: transaction shipment_to_invoice
-- needs: delivery.created@erp, invoice.issued@fin
-- setting: tolerance 0.01
with
said as (
  select transaction_no, key, milestone, effect, event_no, event_ns, attempt, event_id, value, currency
  from events e
  where milestone in ('created', 'invoiced') and not is_error and value is not null
    and (select count(*) from names n where n.event_no = e.event_no and n.object_type = 'delivery') = 1
),
ordered as (
  select transaction_no, arg_max({value: value, currency: currency, event_no: event_no}, {ns: event_ns, attempt: attempt, id: event_id}) as said
  from said
  where milestone = 'created'
  group by all
),
invoices as (
  select *, row_number() over (partition by transaction_no, effect order by event_ns, attempt, event_id) = 1 as is_first
  from said
  where milestone = 'invoiced'
),
invoiced as (
  select
    transaction_no, sum(value)::decimal(18, 6) as value, max(event_ns) as event_ns, list(event_no) as events,
    list_sort(coalesce(list(distinct currency) filter (where currency is not null), [])) as currencies
  from invoices
  where is_first
  group by all
)
select
  t.key,
  i.event_ns as from_ns,
  (i.value - o.said.value)::decimal(18, 6) as value,
  o.said.currency as currency,
  'Delivery ' || t.key || ': invoiced ' || i.value::decimal(18, 2) || ' ' || coalesce(list_aggregate(i.currencies, 'string_agg', ', '), '') || ', ordered '
    || o.said.value::decimal(18, 2) || ' ' || coalesce(o.said.currency, '') || '.' as detail,
  list_sort(i.events || [o.said.event_no]) as evidence
from transactions t
join ordered o using (transaction_no)
join invoiced i using (transaction_no)
where not t.is_cancelled
  and (abs(i.value - o.said.value) > abs(o.said.value) * $tolerance or len(list_filter(i.currencies, lambda c: c <> o.said.currency)) > 0)
