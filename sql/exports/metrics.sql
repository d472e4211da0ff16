-- one row per metric, site and period; without a site: all sites together
select metric, site, period as {by}, good, bad, open, clock_fault, unjudged, attainment, observed, p50, p90, p95, excluded,
  adjusted_good, adjusted_bad, adjusted_attainment
from ({metric_periods})
order by metric, site, {by}
