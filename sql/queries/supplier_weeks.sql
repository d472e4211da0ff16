-- one row per ISO week (of the enterprise's zone) in which one partner was asked: its answers as the metric of the response counts them
with asked as (
  select c.from_ns, c.outcome, c.measured_ns, e.timezone
  from metric_cases c
  cross join (select timezone from def_sites where site = '') e
  where c.metric = 'supplier_response_cycle_time' and c.partner = $partner and c.from_ns >= getvariable('from_ns')
)
select
  period_of(a.from_ns, z.offset_ns, 'week') as week,
  count(*) filter (where a.outcome = 'good') as good,
  count(*) filter (where a.outcome = 'bad') as bad,
  count(*) filter (where a.outcome = 'open') as waiting,
  quantile_cont(a.measured_ns / 1e9, 0.5) as p50
from asked a
asof left join zone_offsets z on z.timezone = a.timezone and z.from_ns <= a.from_ns
group by all
order by week desc
