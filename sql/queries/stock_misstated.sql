-- one row per item and unit whose unrestricted stock the other system misstates beyond its tolerance: what planning promises and is not there, and
-- what is there and planning does not know; the most valuable first
select
  item, uom, any_value(abc_class) as abc_class,
  count(*) as keys,
  list(distinct site order by site) as sites,
  sum(greatest(difference, 0))::double as overstated,
  sum(greatest(-difference, 0))::double as understated,
  (sum(greatest(difference, 0)) * any_value(value))::double as overstated_value,
  (sum(greatest(-difference, 0)) * any_value(value))::double as understated_value,
  sum(sum(greatest(difference, 0)) * any_value(value)) over ()::double as overstated_value_in_all,
  sum(sum(greatest(-difference, 0)) * any_value(value)) over ()::double as understated_value_in_all,
  count(*) over () as items,
  count(*) filter (where sum(greatest(difference, 0)) > 0) over () as items_overstated,
  count(*) filter (where sum(greatest(-difference, 0)) > 0) over () as items_understated,
  count(any_value(value)) over () as items_valued
from stock_differences
where not hit and stock_status = 'unrestricted' and ($site is null or site = $site)
group by item, uom
order by (sum(abs(difference)) * any_value(value)) desc nulls last, sum(abs(difference)) desc, item
limit $most
