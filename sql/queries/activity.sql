-- one row per hour of the window, empty hours included: transactions that started in it, and how they stand as of the moment
with
hours as (
  select unnest(range(
    (getvariable('as_of') - getvariable('window_ns')) // 3600000000000 + 1,
    getvariable('as_of') // 3600000000000 + 1)) as hour
),
started as (
  select
    start_ns // 3600000000000 as hour,
    count(*) as transactions,
    count(*) filter (where status in ('late', 'overdue')) as late,
    count(*) filter (where status in ('failed', 'inconsistent')) as failed
  from transactions
  where start_ns > getvariable('as_of') - getvariable('window_ns') - 3600000000000
    and ($site is null or site = $site)
  group by all
)
select hour * 3600000000000 as hour_ns, coalesce(transactions, 0) as transactions, coalesce(late, 0) as late, coalesce(failed, 0) as failed
from hours
left join started using (hour)
order by hour
