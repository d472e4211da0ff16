-- one row per stretch asked for (its place in the list) and step of it in which some case counts, in order of time. All stretches lie between
-- `least_ns` and `most_ns`
with
asked as materialized (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($moments::varchar[]) as moment,
    unnest($sites::varchar[]) as site, unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner,
    unnest($from_ns::bigint[]) as from_ns, unnest($to_ns::bigint[]) as to_ns, unnest($step_ns::bigint[]) as step_ns
),
wanted as (
  select a.place, a.from_ns, a.to_ns, a.step_ns, s.series
  from asked a
  join minute_series s using (metric, moment)
  where may_see(s.site, s.workflow, s.partner)
    and (a.site is null or s.site = a.site)
    and (a.workflow is null or s.workflow = a.workflow)
    and (a.partner is null or s.partner = a.partner)
),
counted as (
  select w.place, w.from_ns + (m.minute_ns - w.from_ns) // w.step_ns * w.step_ns as at_ns, m.good, m.bad, 0 as open, 0 as unjudged
  from minutes_now m
  join wanted w using (series)
  where m.minute_ns >= getvariable('least_ns') and m.minute_ns < getvariable('most_ns')
    and m.minute_ns >= w.from_ns and m.minute_ns < w.to_ns
  union all
  select a.place, a.from_ns + (m.minute_ns - a.from_ns) // a.step_ns * a.step_ns, m.good, m.bad, m.open, m.unjudged
  from live_minutes m
  join asked a using (metric, moment)
  where m.minute_ns >= a.from_ns and m.minute_ns < a.to_ns
    and (a.site is null or m.site = a.site)
    and (a.workflow is null or m.workflow = a.workflow)
    and (a.partner is null or m.partner = a.partner)
)
select
  place, at_ns,
  sum(good)::bigint as good, sum(bad)::bigint as bad, sum(open)::bigint as open, sum(unjudged)::bigint as unjudged
from counted
group by place, at_ns
order by place, at_ns
