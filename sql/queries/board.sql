-- one row per workflow and site with transactions: what started in the window, and what is still open whatever its age
with
shown as (
  select *, start_ns >= getvariable('as_of') - getvariable('window_ns') as is_new
  from recent
  where is_open or start_ns >= getvariable('as_of') - getvariable('window_ns')
),
-- of what was asked for in the window and has come, as the metrics count: cancelled ones are in none, and what came before it was asked for is told apart
lags as (
  select
    workflow, site,
    quantile_cont(pace_ns / 1e9, [0.5, 0.95]) filter (where pace_ns >= 0) as lags,
    count(*) filter (where pace_ns < 0) as clock_faults
  from facts
  where pace_reached_ns - pace_ns >= getvariable('as_of') - getvariable('window_ns') and not is_cancelled
    and last_event_ns >= getvariable('as_of') - getvariable('window_ns')   -- says no more, but spares reading what is older
  group by all
),
counted as (
  select
    workflow,
    site,
    count(*) as total,
    count(*) filter (where is_new) as started,
    count(*) filter (where status = 'failed') as failed,
    count(*) filter (where status = 'inconsistent') as inconsistent,
    count(*) filter (where status = 'inconsistent' and is_new) as inconsistent_started,
    count(*) filter (where status = 'unjudged') as unjudged,
    count(*) filter (where status = 'overdue') as overdue,
    -- what came late stays late for ever: only that of the window is news
    count(*) filter (where status = 'late' and is_new) as late,
    count(*) filter (where status = 'retrying') as retrying,
    count(*) filter (where status = 'in_progress') as in_progress,
    count(*) filter (where status = 'complete') as complete,
    count(*) filter (where status = 'cancelled') as cancelled,
    count(*) filter (where status = 'abandoned') as abandoned,
    min(coalesce(failed_since_ns, start_ns)) filter (where status = 'failed') as oldest_failed_ns,
    min(coalesce(next_due_ns, start_ns)) filter (where status = 'overdue') as oldest_overdue_ns,
    max(last_event_ns) as newest_event_ns
  from shown
  group by all
)
select
  w.workflow, w.title, w.owner, w.criticality, c.* exclude (workflow),
  l.lags[1] as lag_p50_seconds,
  l.lags[2] as lag_p95_seconds,
  coalesce(l.clock_faults, 0) as clock_faults,
  coalesce(w.steps[w.pace_step].within_ns, w.steps[w.pace_step].within_days * d.day_ns) / 1e9 as limit_seconds,
  w.steps[w.pace_step].milestone as limit_milestone
from counted c
join def_workflows w using (workflow)
left join def_sites s on s.site = c.site
left join def_keepers d on d.keeper = coalesce(s.keeper, '')
left join lags l on l.workflow = c.workflow and l.site is not distinct from c.site
order by w.place, c.site
