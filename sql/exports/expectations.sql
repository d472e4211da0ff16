-- one row per milestone that should come and has not
select workflow, transaction_id, milestone, system, site, utc(opened_ns) as opened_time, utc(due_ns) as due_time, state,
  (due_ns - getvariable('as_of')) / 1e9 as seconds_left
from expectations
order by workflow, transaction_id, milestone
