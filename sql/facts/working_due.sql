-- one row per transaction with open working-time deadlines: deadline → due time. Time that runs out exactly at closing is due at closing;
-- no time at all, at the first working moment from the opening on
create or replace temp table working_due as
with
placed as (
  -- the stretch that is open at the moment or the last one before it
  select o.*, w.before_ns + least(o.opened_ns - w.opens_ns, w.closes_ns - w.opens_ns) + o.within_ns as runs_out_ns
  from working_openings o
  asof left join working_time w on w.keeper = o.keeper and w.opens_ns <= o.opened_ns
)
select
  p.transaction_no,
  map_from_entries(list({k: p.deadline, v: case
    when w.opens_ns is null or p.runs_out_ns - w.before_ns > w.closes_ns - w.opens_ns
      then error('working time does not cover ' || p.opened_ns || ' of ' || p.keeper)
    else w.opens_ns + (p.runs_out_ns - w.before_ns) - p.is_at_once::integer end})) as due
from placed p
asof left join working_time w on w.keeper = p.keeper and w.before_ns < p.runs_out_ns
group by all
