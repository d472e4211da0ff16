-- leaves `live_cases`, what only the moment decides, and `counted_minutes`: one row per metric, workflow, site, partner, moment (begun,
-- decided) and minute, several where some cases are settled and only the moment decides others
create or replace temp table live_cases as
select
  metric, workflow, site, partner, good, bad, open, unjudged,
  from_ns // 60000000000 * 60000000000 as begun_ns,
  coalesce(decided_ns, from_ns) // 60000000000 * 60000000000 as decided_ns
from metric_counts
where is_settled is distinct from true;

create or replace temp view counted_minutes as
select metric, workflow, site, partner, moment, minute_ns, good, bad, 0 as open, 0 as unjudged
from minutes_now
join minute_series using (series)
where may_see(site)
union all
select metric, workflow, site, partner, 'begun', begun_ns, good, bad, open, unjudged
from live_cases
union all
select metric, workflow, site, partner, 'decided', decided_ns, good, bad, 0, unjudged
from live_cases
where open = 0
