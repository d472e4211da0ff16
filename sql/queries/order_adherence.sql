-- one row per ISO week and type of order, by the day it was wanted: kept, missed (done later, or not yet done though the day is past), or not to
-- be told because nobody said how much was ordered
with wanted as (
  select
    o.object_type, o.due_ns,
    case
      when not o.is_measured then 'unmeasured'
      when o.is_done and coalesce(o.done_ns, o.due_ns) <= o.due_ns then 'kept'
      else 'missed' end as outcome,
    coalesce(s.timezone, e.timezone) as timezone
  from orders o
  left join def_sites s on s.site = $site
  cross join (select timezone from def_sites where site = '') e
  where not o.is_cancelled
    and o.due_ns >= getvariable('from_ns') and o.due_ns < least(getvariable('to_ns'), getvariable('as_of'))
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
