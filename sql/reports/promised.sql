-- one row per promise asked about (its place) in which something counts from `from_ns` until before `to_ns`: how often as what, how long what was
-- reached took, and the same without what is agreed not to count
with
asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($sites::varchar[]) as site,
    unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner
),
counted as (
  select
    c.metric, c.workflow, c.site, c.partner, c.good, c.bad, c.open, c.unjudged, c.clock_fault, c.measured_ns,
    excluded_by(a.exclusions, c.metric, c.workflow, c.site, c.partner, c.from_ns) is not null as is_excluded
  from metric_counts c
  cross join agreed a
  where c.from_ns >= getvariable('from_ns') and c.from_ns < getvariable('to_ns')
)
select
  a.place,
  sum(c.good)::bigint as good,
  sum(c.bad)::bigint as bad,
  sum(c.open)::bigint as open,
  sum(c.unjudged)::bigint as unjudged,
  sum(c.clock_fault)::bigint as clock_faults,
  coalesce(sum(c.good) filter (where not c.is_excluded), 0)::bigint as adjusted_good,
  coalesce(sum(c.bad) filter (where not c.is_excluded), 0)::bigint as adjusted_bad,
  quantile_cont(c.measured_ns / 1e9, 0.5) as p50_seconds,
  quantile_cont(c.measured_ns / 1e9, 0.95) as p95_seconds
from counted c
join asked a using (metric)
where (a.site is null or c.site = a.site)
  and (a.workflow is null or c.workflow = a.workflow)
  and (a.partner is null or c.partner = a.partner)
group by a.place
order by a.place
