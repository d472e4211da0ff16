-- one row per key that is asked for, what differs most in value, then in quantity, first; `keys`: how many there are in all
with
listed as materialized (
  select
    d.* exclude (causes),
    list_transform(d.causes, lambda c: {cause: c.cause, transaction_id: c.transaction_id, quantity: c.quantity::double}) as causes,
    (abs(d.difference) * d.value)::double as difference_value,
    coalesce(s.timezone, e.timezone) as timezone
  from stock_differences d
  left join (select site, timezone from def_sites where site <> '') s using (site)
  cross join (select timezone from def_sites where site = '') e
  where ($site is null or site = $site)
    and ($location is null or location = $location)
    and ($abc_class is null or coalesce(abc_class, '') = $abc_class)
    and ($item is null or item = $item)
    and case $cause
      when 'unexplained' then unexplained <> 0
      when 'not_comparable' then hit is null
      when '' then true
      else list_contains(list_transform(causes, lambda c: c.cause), $cause) end
    and case $shown
      when 'all' then true
      when 'misses' then not hit
      else hit is null or difference <> 0 or len(d.causes) > 0 end
)
select *, (select count(*) from listed) as keys
from listed
order by hit is null desc, hit, abs(difference) * value desc nulls last, abs(difference) desc, site, location, item, batch, stock_status
limit $stop::bigint - $start::bigint offset $start::bigint
