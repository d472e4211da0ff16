-- one row per outcome of a metric's cases; `excluded`: how many of them leave the adjusted figures
select outcome, count(*) as cases, quantile_cont(measured_ns / 1e9, [0.5, 0.9, 0.95]) as quantiles, count(measured_ns) as measured,
  count(exclusion) as excluded
from asked_cases($metric, $site, $workflow, $partner, $reached, $by_due)
group by grouping sets ((outcome), ())
