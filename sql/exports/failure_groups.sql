-- one row per signature of failures: open while transactions are failed with it, fixed when all got through
with grouped as (
  select
    signature, workflow, milestone, error_class, error_code, words, owner,
    list_sort(coalesce(list(distinct site) filter (where site is not null), [])) as sites,
    min(first_ns) as first_ns, max(last_ns) as last_ns,
    count(distinct transaction_no) filter (where is_open) as transactions,
    count(distinct transaction_no) filter (where not is_open) as recovered
  from signatures
  group by all
)
select
  g.signature, g.workflow, g.milestone, g.error_class, g.error_code, g.words, g.owner, g.sites,
  utc(g.first_ns) as first_seen, utc(g.last_ns) as last_seen,
  case when g.transactions > 0 then 'open' else 'fixed' end as state,
  g.transactions, g.recovered,
  coalesce(i.orders, 0) as orders, coalesce(i.orders_by_type, map {}) as orders_by_type, coalesce(i.open_lines, 0) as open_lines,
  coalesce(i.open_quantities, []) as open_quantities, coalesce(i.late_orders, 0) as late_orders, coalesce(i.worths, map {}) as values,
  coalesce(i.valued, 0) as valued, coalesce(i.customers, []) as customers, coalesce(i.work_centers, []) as work_centers,
  utc(i.promised_ns) as promised_time, utc(i.due_ns) as due_time, utc(i.need_ns) as need_time
from grouped g
left join ({summed}) i on i.group_key = g.signature
order by g.workflow, g.milestone, g.error_class, g.signature
