-- one row per stretch asked for (its place in the list) and step of it in which some case counts, in order of time
with
asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($moments::varchar[]) as moment,
    unnest($sites::varchar[]) as site, unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner,
    unnest($from_ns::bigint[]) as from_ns, unnest($to_ns::bigint[]) as to_ns, unnest($step_ns::bigint[]) as step_ns
)
select
  a.place, a.from_ns + (m.minute_ns - a.from_ns) // a.step_ns * a.step_ns as at_ns,
  sum(m.good)::bigint as good, sum(m.bad)::bigint as bad, sum(m.open)::bigint as open, sum(m.unjudged)::bigint as unjudged
from counted_minutes m
join asked a using (metric, moment)
where m.minute_ns >= a.from_ns and m.minute_ns < a.to_ns
  and (a.site is null or m.site = a.site)
  and (a.workflow is null or m.workflow = a.workflow)
  and (a.partner is null or m.partner = a.partner)
group by all
order by place, at_ns
