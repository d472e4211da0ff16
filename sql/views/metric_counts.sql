-- one row per thing that metrics count, with how often it counts as what; durations in ns where one was reached
create or replace view metric_counts as
select
  metric, workflow, site, partner, from_ns, decided_ns, is_settled,
  (outcome = 'good')::bigint as good,
  (outcome = 'bad')::bigint as bad,
  (outcome = 'open')::bigint as open,
  (outcome = 'clock_fault')::bigint as clock_fault,
  (outcome = 'unjudged')::bigint as unjudged,
  measured_ns
from metric_cases;
