-- one row per site and currency where stock differs by more than is tolerated and no movement explains it: of how many keys, how much worth, as
-- of which snapshots
select site, currency, count(*) as cases, sum(abs(unexplained) * value) as worth, max(pair_ns) as pair_ns, count(value) as valued
from stock_differences
where not hit and unexplained <> 0 and may_see(site)
group by all
order by site, currency
