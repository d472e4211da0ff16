-- one row per site and pair of snapshots that the accuracy of stock counts in the period, the newest first: keys that agreed, differed, or could not
-- be compared; `pairs`: how many rows there are in all
with
listed as materialized (
  select a.site, a.snapshot_ns, a.good, a.bad, a.not_comparable, coalesce(s.timezone, e.timezone) as timezone
  from stock_accuracy a
  left join (select site, timezone from def_sites where site <> '') s using (site)
  cross join (select timezone from def_sites where site = '') e
  where a.snapshot_ns >= getvariable('from_ns') and a.snapshot_ns < getvariable('to_ns')
    and ($site is null or a.site = $site)
    and ($workflow is null or $workflow = 'stock_movement_sync')
    and $partner is null
    and case when $outcome is null then true when $outcome = 'good' then a.good > 0 when $outcome = 'bad' then a.bad > 0 else false end
)
select *, (select count(*) from listed) as pairs
from listed
order by snapshot_ns desc, site
limit $stop::bigint - $start::bigint offset $start::bigint
