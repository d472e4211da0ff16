-- one row per group in `troubled` (kind, workflow, milestone, error class; of what never came, site), and one, number 0, of all together:
-- orders and values count once, however many transactions of the group they stand behind
with
grouped as (
  select
    dense_rank() over (order by kind, workflow, milestone, error_class, case when kind <> 'failed' then site end) as group_no,
    kind, workflow, milestone, error_class, case when kind <> 'failed' then site end as site, transaction_no
  from troubled
  where kind is distinct from 'missing' or state <> 'failed'   -- what failed waits for nothing else
),
groups as (
  select distinct group_no, kind, workflow, milestone, error_class, site from grouped
  union all
  select 0, null, null, null, null, null
),
members as (
  select distinct group_no, transaction_no from grouped
  union all
  select distinct 0, transaction_no from troubled
),
waiting as (
  select group_no, object_type, object_id, any_value(least(due_ns, promised_ns)) as need_ns,
    any_value(len(open_lines(lines))) as open_lines
  from members
  join affected using (transaction_no)
  group by all
),
counted as (
  select group_no, sum(orders)::bigint as orders, sum(open_lines)::bigint as open_lines, sum(late)::bigint as late_orders,
    map_from_entries(list({k: object_type, v: orders} order by object_type)) as orders_by_type
  from (
    select group_no, object_type, count(*) as orders, coalesce(sum(open_lines), 0) as open_lines,
      count(*) filter (where need_ns < getvariable('as_of')) as late
    from waiting group by all)
  group by group_no
),
open as (
  -- quantities of different units or kinds of orders are never added
  select group_no, list({order_type: object_type, uom: uom, quantity: quantity} order by object_type, uom) as open_quantities
  from (
    select group_no, object_type, line.uom as uom, sum(line.ordered_quantity - line.done_quantity)::decimal(38, 6) as quantity
    from (
      select distinct group_no, object_type, object_id, unnest(open_lines(lines)) as line
      from members join affected using (transaction_no))
    group by all)
  group by group_no
),
at_stake as (
  select group_no, map_from_entries(list({k: coalesce(currency, ''), v: value} order by currency)) as worths
  from (
    select group_no, said.currency as currency, sum(said.value)::decimal(38, 6) as value
    from (
      select group_no, object_type, object_id, max({value: value, currency: currency}) as said
      from members join worth using (transaction_no)
      group by group_no, object_type, object_id)
    group by all)
  group by group_no
),
valued as (
  select group_no, count(distinct transaction_no) as valued from members join worth using (transaction_no) group by all
),
needed as (
  select group_no, count(*) as transactions, min(promised_ns) as promised_ns, min(due_ns) as due_ns, min(need_ns) as need_ns,
    list_sort(list_distinct(flatten(list(customers)))) as customers,
    list_sort(coalesce(list(distinct work_center) filter (where work_center is not null), [])) as work_centers
  from members
  join needs using (transaction_no)
  group by all
)
select
  g.*, coalesce(n.transactions, 0) as transactions, coalesce(c.orders, 0) as orders, coalesce(c.orders_by_type, map {}) as orders_by_type,
  coalesce(c.open_lines, 0) as open_lines, coalesce(o.open_quantities, []) as open_quantities, coalesce(c.late_orders, 0) as late_orders,
  coalesce(s.worths, map {}) as worths, coalesce(v.valued, 0) as valued,
  coalesce(n.customers, []) as customers, coalesce(n.work_centers, []) as work_centers, n.promised_ns, n.due_ns, n.need_ns
from groups g
left join needed n using (group_no)
left join counted c using (group_no)
left join open o using (group_no)
left join at_stake s using (group_no)
left join valued v using (group_no)
order by group_no
