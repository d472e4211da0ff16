-- one row per bar (some whole hours) of the window, empty ones included: what started in it, and how that stands as of the moment
-- the first bar begins with the window, so that the bars together are the window and nothing else
with
bars as (
  select unnest(range(
    (getvariable('as_of') - getvariable('window_ns')) // getvariable('bar_ns'),
    getvariable('as_of') // getvariable('bar_ns') + 1)) as bar
),
started as (
  select
    start_ns // getvariable('bar_ns') as bar,
    count(*) as transactions,
    count(*) filter (where status = 'complete') as complete,
    count(*) filter (where status in ('late', 'overdue')) as late,
    count(*) filter (where status in ('failed', 'inconsistent')) as failed
  from recent
  where start_ns >= getvariable('as_of') - getvariable('window_ns')
    and ($site is null or site = $site)
  group by all
)
select
  greatest(bar * getvariable('bar_ns'), getvariable('as_of') - getvariable('window_ns')) as from_ns,
  (bar + 1) * getvariable('bar_ns') as to_ns,
  coalesce(transactions, 0) as transactions,
  coalesce(complete, 0) as complete,
  coalesce(late, 0) as late,
  coalesce(failed, 0) as failed
from bars
left join started using (bar)
order by bar
