-- one row per stretch asked for (its place in the list) in which cases of its metric began whose second step was before the first: how many
with asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($sites::varchar[]) as site,
    unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner,
    unnest($from_ns::bigint[]) as from_ns, unnest($to_ns::bigint[]) as to_ns
)
select a.place, count(*) as clock_faults
from measured_cases m
join asked a using (metric)
where m.to_ns < m.from_ns and m.outcome = 'clock_fault'
  and m.from_ns >= a.from_ns and m.from_ns < a.to_ns
  and (a.site is null or m.site = a.site)
  and (a.workflow is null or m.workflow = a.workflow)
  and (a.partner is null or m.partner = a.partner)
group by a.place
