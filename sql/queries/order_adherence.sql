-- one row per ISO week and type of order, by the day it was wanted: kept, missed, or not to be told
with wanted as (
  select o.object_type, o.due_ns, o.outcome, coalesce(s.timezone, e.timezone) as timezone
  from wanted_orders o
  left join def_sites s on s.site = $site
  cross join (select timezone from def_sites where site = '') e
  where o.due_ns >= getvariable('from_ns') and o.due_ns < getvariable('to_ns')
    and ($site is null or o.site = $site)
)
select
  period_of(w.due_ns, z.offset_ns, 'week') as week, w.object_type,
  count(*) filter (where w.outcome = 'kept') as kept,
  count(*) filter (where w.outcome = 'missed') as missed,
  count(*) filter (where w.outcome = 'unmeasured') as unmeasured
from wanted w
asof left join zone_offsets z on z.timezone = w.timezone and z.from_ns <= w.due_ns
group by all
order by all
