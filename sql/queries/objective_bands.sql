-- one row per objective (its place in the list asked for) and band (a stretch, its place in the list of these) in which some case counts. All bands
-- lie between `least_ns` and `most_ns`
with
asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($sites::varchar[]) as site,
    unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner
),
bands as (
  select
    unnest($moments::varchar[]) as moment, unnest($from_ns::bigint[]) as from_ns, unnest($to_ns::bigint[]) as to_ns,
    generate_subscripts($moments::varchar[], 1) - 1 as band
),
-- a hash join to the minutes of every band takes a quarter of the time that an ASOF join to their bounds takes
band_minutes as materialized (
  select moment, (moment = 'begun')::bigint as is_odd, band, unnest(range(from_ns, to_ns, 60000000000)) as minute_ns
  from bands
),
-- summed up by the number of their series, which says by itself whether it is of when cases began (sql/minutes/counted), and only then named
settled as (
  select b.band, m.series, sum(m.good)::bigint as good, sum(m.bad)::bigint as bad
  from minutes_now m
  join band_minutes b on b.minute_ns = m.minute_ns and b.is_odd = m.series % 2
  where m.minute_ns >= getvariable('least_ns') and m.minute_ns < getvariable('most_ns')
  group by b.band, m.series
),
counted as (
  select band, metric, workflow, site, partner, good, bad, 0 as open, 0 as unjudged
  from settled
  join minute_series using (series)
  where may_see(site, workflow, partner)
  union all by name
  select b.band, m.* exclude (moment, minute_ns)
  from live_minutes m
  join band_minutes b using (moment, minute_ns)
)
select
  a.place, c.band,
  sum(c.good)::bigint as good, sum(c.bad)::bigint as bad, sum(c.open)::bigint as open, sum(c.unjudged)::bigint as unjudged
from counted c
join asked a using (metric)
where (a.site is null or c.site = a.site)
  and (a.workflow is null or c.workflow = a.workflow)
  and (a.partner is null or c.partner = a.partner)
group by a.place, c.band
