-- leaves `live_cases`, what only the moment decides: one row per case that began, or was decided, from `least_ns` on, with the minutes of both; and
-- `live_minutes`, the same by moment (begun, decided)
create or replace temp table live_cases as
select
  metric, workflow, site, partner, good, bad, open, unjudged,
  from_ns // 60000000000 * 60000000000 as begun_ns,
  coalesce(decided_ns, from_ns) // 60000000000 * 60000000000 as decided_ns
from unsettled_counts
where greatest(from_ns, decided_ns) >= getvariable('least_ns');

create or replace temp view live_minutes as
select metric, workflow, site, partner, 'begun' as moment, begun_ns as minute_ns, good, bad, open, unjudged
from live_cases
union all
select metric, workflow, site, partner, 'decided', decided_ns, good, bad, 0, unjudged
from live_cases
where open = 0;
