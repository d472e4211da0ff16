-- one row per band (a stretch, `band` its place in the list asked for), metric, workflow, site and, where asked for, partner
with
bands as (
  select
    unnest($moments::varchar[]) as moment, unnest($from_ns::bigint[]) as from_ns, unnest($to_ns::bigint[]) as to_ns,
    generate_subscripts($moments::varchar[], 1) - 1 as band
),
-- a hash join to the minutes of every band takes a quarter of the time that an ASOF join to their bounds takes
band_minutes as (select moment, band, unnest(range(from_ns, to_ns, 60000000000)) as minute_ns from bands)
select
  b.band, m.metric, m.workflow, m.site, case when $by_partner then m.partner end as partner,
  sum(m.good)::bigint as good, sum(m.bad)::bigint as bad, sum(m.open)::bigint as open, sum(m.unjudged)::bigint as unjudged
from counted_minutes m
join band_minutes b using (moment, minute_ns)
group by all
