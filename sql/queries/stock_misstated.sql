-- one row per item and unit whose unrestricted stock the other system misstates beyond its tolerance: what planning promises and is not there, and
-- what is there and planning does not know; the most valuable first
with
misstated as materialized (
  select
    item, uom, any_value(abc_class) as abc_class,
    count(*) as keys,
    list(distinct site order by site) as sites,
    sum(greatest(difference, 0)) as too_much,
    sum(greatest(-difference, 0)) as too_little,
    any_value(value) as value
  from stock_differences
  where not hit and stock_status = 'unrestricted' and ($site is null or site = $site)
  group by item, uom
),
in_all as (
  select
    sum(too_much * value)::double as overstated_value_in_all,
    sum(too_little * value)::double as understated_value_in_all,
    count(*) as items,
    count(*) filter (where too_much > 0) as items_overstated,
    count(*) filter (where too_little > 0) as items_understated,
    count(value) as items_valued
  from misstated
)
select
  item, uom, abc_class, keys, sites,
  too_much::double as overstated,
  too_little::double as understated,
  (too_much * value)::double as overstated_value,
  (too_little * value)::double as understated_value,
  in_all.*
from misstated
cross join in_all
order by (too_much + too_little) * value desc nulls last, too_much + too_little desc, item
limit $most
