-- one row per outcome of a metric's cases
select outcome, count(*) as cases, quantile_cont(measured_ns / 1e9, [0.5, 0.9, 0.95]) as quantiles, count(measured_ns) as measured
from metric_cases
where metric = $metric
  and ($site is null or site = $site)
  and from_ns >= getvariable('from_ns') and from_ns < getvariable('to_ns')
group by grouping sets ((outcome), ())
