-- one row per cause: how many keys it touches, how many movements there are of it, in what is asked for
select cause, count(distinct (site, location, item, batch, stock_status)) as keys, count(*) as movements
from (
  select site, location, item, batch, stock_status, abc_class, hit, unnest(causes).cause as cause from stock_differences
  union all
  select site, location, item, batch, stock_status, abc_class, hit, 'unexplained' from stock_differences where unexplained <> 0
  union all
  select site, location, item, batch, stock_status, abc_class, hit, 'not_comparable' from stock_differences where hit is null
)
where ($site is null or site = $site)
  and ($location is null or location = $location)
  and ($abc_class is null or coalesce(abc_class, '') = $abc_class)
  and ($item is null or item = $item)
  and ($shown <> 'misses' or not hit)
group by cause
