-- one row per group in `troubled` (kind, workflow, milestone, error class, a key of the asker's; of what never came, site), and one, number 0,
-- of all together: orders and values count once, however many transactions of the group they stand behind
with
parted as (
  select kind, workflow, milestone, error_class, group_key, case when kind <> 'failed' then site end as site, transaction_no
  from troubled
  where getvariable('by_group') and (kind is distinct from 'missing' or state <> 'failed')   -- what failed waits for nothing else
),
groups as materialized (
  select row_number() over (order by kind, workflow, milestone, error_class, group_key, site) as group_no, *
  from (select distinct kind, workflow, milestone, error_class, group_key, site from parted)
  union all
  select 0, null, null, null, null, null, null
),
members as materialized (
  select distinct g.group_no, p.transaction_no
  from parted p
  join groups g on g.kind is not distinct from p.kind and g.workflow = p.workflow and g.milestone is not distinct from p.milestone
    and g.error_class is not distinct from p.error_class and g.group_key is not distinct from p.group_key and g.site is not distinct from p.site
  where g.group_no > 0
  union all
  select distinct 0, transaction_no from troubled
),
waiting as materialized (
  select group_no, order_no, object_type, any_value(least(due_ns, promised_ns)) as need_ns
  from members
  join affected using (transaction_no)
  group by group_no, order_no, object_type
),
counted as (
  select group_no, sum(orders)::bigint as orders, sum(late)::bigint as late_orders,
    map_from_entries(list({k: object_type, v: orders} order by object_type)) as orders_by_type
  from (
    select group_no, object_type, count(*) as orders, count(*) filter (where need_ns < getvariable('as_of')) as late
    from waiting
    group by all)
  group by group_no
),
open as (
  -- quantities of different units or kinds of orders are never added
  select group_no, sum(lines)::bigint as open_lines, list({order_type: object_type, uom: uom, quantity: quantity} order by object_type, uom) as open_quantities
  from (
    select w.group_no, w.object_type, l.uom, count(*) as lines, sum(l.quantity)::decimal(38, 6) as quantity
    from waiting w
    join open_lines l using (order_no)
    group by all)
  group by group_no
),
at_stake as (
  select group_no, map_from_entries(list({k: coalesce(currency, ''), v: value} order by currency)) as worths
  from (
    select group_no, said.currency as currency, sum(said.value)::decimal(38, 6) as value
    from (
      select group_no, max({value: value, currency: currency}) as said
      from members
      join worth using (transaction_no)
      group by group_no, thing_no)
    group by all)
  group by group_no
),
valued as (
  select group_no, count(*) as valued
  from members
  where transaction_no in (select transaction_no from worth)
  group by group_no
),
needed as (
  select
    m.group_no, count(*) as transactions,
    least(min(a.promised_ns), min(w.promised_ns)) as promised_ns,
    least(min(a.due_ns), min(w.due_ns)) as due_ns,
    list_sort(list_distinct(list_concat(
      coalesce(list(distinct a.customer) filter (where a.customer is not null), []),
      coalesce(flatten(list(w.customers) filter (where a.customer is null and w.customers is not null)), [])))) as customers,
    list_sort(coalesce(list(distinct coalesce(a.work_center, w.work_center)) filter (where coalesce(a.work_center, w.work_center) is not null), []))
      as work_centers
  from members m
  join asked a using (transaction_no)
  left join (
    select transaction_no, min(promised_ns) as promised_ns, min(due_ns) as due_ns, list(distinct customer) filter (where customer is not null) as customers,
      arg_min(work_center, {distance: distance, place: place, id: object_id}) filter (where work_center is not null) as work_center
    from affected
    group by transaction_no
  ) w using (transaction_no)
  group by m.group_no
)
select
  g.*, coalesce(n.transactions, 0) as transactions, coalesce(c.orders, 0) as orders, coalesce(c.orders_by_type, map {}) as orders_by_type,
  coalesce(o.open_lines, 0) as open_lines, coalesce(o.open_quantities, []) as open_quantities, coalesce(c.late_orders, 0) as late_orders,
  coalesce(s.worths, map {}) as worths, coalesce(v.valued, 0) as valued,
  coalesce(n.customers, []) as customers, coalesce(n.work_centers, []) as work_centers, n.promised_ns, n.due_ns,
  least(n.promised_ns, n.due_ns) as need_ns
from groups g
left join needed n using (group_no)
left join counted c using (group_no)
left join open o using (group_no)
left join at_stake s using (group_no)
left join valued v using (group_no)
order by group_no
