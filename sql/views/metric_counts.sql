-- one row per thing that metrics count among these cases, with how often it counts as what; durations in ns where one was reached
create or replace macro counts_of(cases) as table
select
  metric, workflow, site, partner, from_ns, decided_ns,
  (outcome = 'good')::bigint as good,
  (outcome = 'bad')::bigint as bad,
  (outcome = 'open')::bigint as open,
  (outcome = 'clock_fault')::bigint as clock_fault,
  (outcome = 'unjudged')::bigint as unjudged,
  measured_ns
from query_table(cases)
union all by name
-- keys of stock are no cases of a transaction: a pair of snapshots counts as a whole, and nothing of it is settled in minutes
select
  'inventory_sync_accuracy' as metric, 'stock_movement_sync' as workflow, site, snapshot_ns as from_ns, snapshot_ns as decided_ns,
  good, bad, 0 as open, 0 as clock_fault, 0 as unjudged
from stock_accuracy;

create or replace view metric_counts as from counts_of('metric_cases');

-- what time alone may still change, and what is not settled in minutes
create or replace view unsettled_counts as from counts_of('unsettled_cases');
