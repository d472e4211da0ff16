-- one row per ISO week, workflow and error class of the failures that somebody or a rule had to act on, by their first failed attempt
with
acted as (
  select
    f.workflow, f.transaction_no, f.tries[w.s.step].error_class as error_class, m.from_ns, m.to_ns,
    coalesce(s.timezone, e.timezone) as timezone
  from measures m
  join facts f using (transaction_no)
  join (select workflow, unnest(steps) as s from def_workflows) w on w.workflow = f.workflow and w.s.milestone = m.milestone
  left join def_sites s on s.site = $site
  cross join (select timezone from def_sites where site = '') e
  where m.metric = 'time_to_recover'
    and coalesce(m.exists_from_ns < getvariable('as_of'), true)
    and m.from_ns >= getvariable('from_ns') and m.from_ns < getvariable('to_ns')
    and ($site is null or f.site = $site)
)
select
  period_of(a.from_ns, z.offset_ns, 'week') as week, a.workflow, a.error_class,
  count(*) as failures,
  count(distinct a.transaction_no) as transactions,
  count(a.to_ns) as recovered,
  list((a.to_ns - a.from_ns) / 1e9) filter (where a.to_ns is not null) as recovery_seconds,
  sum(coalesce(a.to_ns, getvariable('as_of')) - a.from_ns) / 1e9 as failing_seconds
from acted a
asof left join zone_offsets z on z.timezone = a.timezone and z.from_ns <= a.from_ns
group by all
order by all
