-- one row per outcome of a metric's cases; `excluded`: how many of them leave the adjusted figures
select outcome, count(*) as cases, quantile_cont(measured_ns / 1e9, [0.5, 0.9, 0.95]) as quantiles, count(measured_ns) as measured,
  count(excluded_by(a.exclusions, metric, workflow, site, partner, from_ns)) as excluded
from metric_cases
cross join agreed a
where metric = $metric
  and ($site is null or site = $site)
  and ($workflow is null or workflow = $workflow)
  and ($partner is null or partner = $partner)
  and ($reached is null or (to_ns is not null) = $reached)
  and case when $by_due then coalesce(decided_ns, from_ns) else from_ns end >= getvariable('from_ns')
  and case when $by_due then coalesce(decided_ns, from_ns) else from_ns end < getvariable('to_ns')
group by grouping sets ((outcome), ())
