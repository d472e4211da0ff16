-- one row per site, group of keys ($by: site, location, abc_class) and pair of snapshots among the newest $pairs of the site, the oldest first
with
newest as (
  from stock_pairs
  where $site is null or site = $site
  qualify row_number() over (partition by site order by pair_ns desc) <= $pairs
)
select
  h.site,
  case $by when 'location' then h.location when 'abc_class' then coalesce(h.abc_class, '') else '' end as part,
  h.pair_ns,
  sum(h.good)::bigint as good,
  sum(h.bad)::bigint as bad,
  sum(h.not_comparable)::bigint as not_comparable,
  nearness(sum(h.apart), sum(h.there)) as gross_quantity,
  nearness(sum(h.apart_value), sum(h.there_value)) as gross_value,
  sum(h.overstated_value)::double as overstated_value,
  sum(h.understated_value)::double as understated_value
from stock_history h
semi join newest using (site, pair_ns)
where h.location is not null
group by all
order by h.site, part, h.pair_ns
