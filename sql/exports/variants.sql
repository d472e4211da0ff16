-- one row per workflow, site, variant and period of the start of its transactions; without a site: all sites together, by the enterprise's clocks
with
asked as (
  select f.workflow, f.site, f.variant, f.start_ns, f.last_event_ns, coalesce(s.timezone, e.timezone) as timezone, e.timezone as common_timezone
  from facts f
  left join def_sites s on s.site = f.site
  cross join (select timezone from def_sites where site = '') e
  where f.start_ns >= coalesce(getvariable('from_ns'), f.start_ns) and f.start_ns < coalesce(getvariable('to_ns'), f.start_ns + 1)
),
placed as (
  select a.*, period_of(a.start_ns, z.offset_ns, getvariable('period')) as period
  from asked a
  asof left join zone_offsets z on z.timezone = a.timezone and z.from_ns <= a.start_ns
  where a.site is not null
  union all by name
  select a.* replace (null as site), period_of(a.start_ns, z.offset_ns, getvariable('period')) as period
  from asked a
  asof left join zone_offsets z on z.timezone = a.common_timezone and z.from_ns <= a.start_ns
)
select
  workflow, site, variant, period as {by},
  count(*) as transactions,
  median((last_event_ns - start_ns) / 1e9) as median_seconds,
  (workflow, variant) not in (select (workflow, variant) from deviations) as conforming
from placed
group by workflow, site, variant, period
order by workflow, site nulls last, period, variant
