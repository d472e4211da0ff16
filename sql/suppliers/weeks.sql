-- one row per ISO week (of the enterprise's zone) since `weeks_from_ns` in which the partner asked about was asked: its answers as the metric of the
-- response counts them
with asked as (
  select a.from_ns, a.outcome, a.measured_ns, e.timezone
  from asked_answers a
  cross join (select timezone from def_sites where site = '') e
  where a.from_ns >= getvariable('weeks_from_ns')
)
select
  period_of(a.from_ns, z.offset_ns, 'week') as week,
  count(*) filter (where a.outcome = 'good') as good,
  count(*) filter (where a.outcome = 'bad') as bad,
  count(*) filter (where a.outcome = 'open') as waiting,
  count(*) filter (where a.outcome = 'clock_fault') as clock_faults,
  quantile_cont(a.measured_ns / 1e9, 0.5) as p50
from asked a
asof left join zone_offsets z on z.timezone = a.timezone and z.from_ns <= a.from_ns
group by all
order by week desc
