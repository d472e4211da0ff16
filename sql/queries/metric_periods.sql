-- one row per metric, site and period of `period` (hour, day, week, month) between `from_ns` and `to_ns`; without a site: all sites together,
-- by the enterprise's clocks. Adjusted: without what is agreed not to count
with
counted as (
  select c.*, coalesce(s.timezone, e.timezone) as timezone, e.timezone as common_timezone,
    excluded_by(a.exclusions, c.metric, c.workflow, c.site, c.partner, c.from_ns) is not null as is_excluded
  from metric_counts c
  cross join agreed a
  left join def_sites s on s.site = c.site
  cross join (select timezone from def_sites where site = '') e
  where c.from_ns >= coalesce(getvariable('from_ns'), c.from_ns) and c.from_ns < coalesce(getvariable('to_ns'), c.from_ns + 1)
),
placed as (
  select c.* exclude (timezone, common_timezone), period_of(c.from_ns, z.offset_ns, getvariable('period')) as period
  from counted c
  asof left join zone_offsets z on z.timezone = c.timezone and z.from_ns <= c.from_ns
  where c.site is not null
  union all by name
  select c.* exclude (timezone, common_timezone) replace (null as site), period_of(c.from_ns, z.offset_ns, getvariable('period')) as period
  from counted c
  asof left join zone_offsets z on z.timezone = c.common_timezone and z.from_ns <= c.from_ns
),
summed as (
  select
    metric, site, period,
    sum(good)::bigint as good, sum(bad)::bigint as bad, sum(open)::bigint as open, sum(clock_fault)::bigint as clock_fault,
    sum(unjudged)::bigint as unjudged,
    coalesce(sum(good) filter (where not is_excluded), 0)::bigint as adjusted_good,
    coalesce(sum(bad) filter (where not is_excluded), 0)::bigint as adjusted_bad,
    quantile_cont(measured_ns / 1e9, [0.5, 0.9, 0.95]) as quantiles
  from placed
  group by all
)
select
  metric, site, period, good, bad, open, clock_fault, unjudged,
  good / nullif(good + bad, 0) as attainment,
  (good + bad) / nullif(good + bad + unjudged, 0) as observed,
  good + bad - adjusted_good - adjusted_bad as excluded,
  adjusted_good, adjusted_bad,
  adjusted_good / nullif(adjusted_good + adjusted_bad, 0) as adjusted_attainment,
  quantiles[1] as p50, quantiles[2] as p90, quantiles[3] as p95
from summed
