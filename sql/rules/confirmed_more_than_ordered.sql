-- More was confirmed than ordered.
-- A confirmation over the ordered quantity is a typing mistake, a confirmation booked twice or on the wrong order, or a supplier who sends what
-- nobody wants. Confirmations of a production order add up, reversals count down; of a purchase order the last one counts. What was ordered is
-- `mfg.ordered_quantity`, else `mfg.quantity`, as the ERP last stated it for this order alone; other units are not compared.
-- severity: important
-- owner: plant-it
-- per: production_order, purchase_order
-- reads: order.created@erp, order.released@erp, order.changed@erp
-- reads: production.confirmed@erp, purchase_order.created@erp, purchase_order.changed@erp, purchase_order.confirmed@supplier
-- setting: tolerance 0
with
mine as (
  -- of orders that were confirmed
  from events e
  where not e.is_error and exists (
    from events c
    where c.kind = e.kind and c.key = e.key and c.event_type in ('production.confirmed', 'purchase_order.confirmed') and c.quantity is not null)
),
single as (
  -- a quantity of several orders together says nothing about one of them
  select m.*
  from mine m
  join (
    select event_no, object_type
    from names
    where object_type in ('production_order', 'purchase_order') and event_no in (select event_no from mine)
    group by all
    having count(*) = 1
  ) n on n.event_no = m.event_no and n.object_type = m.kind
),
ordered as (
  select
    kind, key,
    arg_max({quantity: coalesce(ordered_quantity, quantity), uom: uom, ns: event_ns, event_no: event_no}, {ns: event_ns, attempt: attempt, id: event_id}) as said
  from single
  where event_type in ('order.created', 'order.released', 'order.changed', 'purchase_order.created', 'purchase_order.changed')
    and coalesce(ordered_quantity, quantity) is not null
  group by all
),
confirmed as (
  select
    *,
    row_number() over (partition by kind, key, effect order by event_ns, attempt, event_id) = 1 as is_first,
    row_number() over (partition by kind, key order by event_ns desc, attempt desc, event_id desc) = 1 as is_last
  from single
  where event_type in ('production.confirmed', 'purchase_order.confirmed') and quantity is not null
),
running as (
  select
    c.kind, c.key, c.site, c.event_no, c.event_ns, c.attempt, c.event_id, c.quantity, o.said,
    sum(c.quantity) over (partition by c.kind, c.key)::decimal(18, 6) as total_now,
    sum(c.quantity) over (partition by c.kind, c.key order by c.event_ns, c.attempt, c.event_id rows unbounded preceding)::decimal(18, 6) as total
  from confirmed c
  join ordered o using (kind, key)
  where case when c.kind = 'purchase_order' then c.is_last else c.is_first end
    and coalesce(c.uom = o.said.uom, true)
),
judged as (
  select *, said.quantity * (1 + $tolerance) as most
  from running
)
select
  j.kind,
  j.key,
  w.workflow,
  case when w.workflow is not null then j.key end as transaction_id,
  arg_min(j.site, {ns: j.event_ns, attempt: j.attempt, id: j.event_id}) as site,
  greatest(max(j.event_ns) filter (where j.total > j.most and j.total - j.quantity <= j.most), any_value(j.said.ns)) as from_ns,
  any_value(j.total_now) - any_value(j.said.quantity) as quantity,
  j.key || ': ' || amount(any_value(j.total_now)) || ' confirmed, ' || amount(any_value(j.said.quantity)) || ' ordered.' as detail,
  list_sort(list(j.event_no) || [any_value(j.said.event_no)]) as evidence
from judged j
left join workflows w on w.object_type = j.kind
where j.total_now > j.most
group by j.kind, j.key, w.workflow
