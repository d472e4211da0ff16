-- one row per site whose stock was compared from `from_ns` until before `to_ns`: keys that agreed and did not, over all pairs of snapshots; how near
-- the newest pair was in all; and the keys of the week before, from `before_ns` on
select
  site,
  sum(good) filter (where is_now)::bigint as good,
  sum(bad) filter (where is_now)::bigint as bad,
  coalesce(sum(good) filter (where not is_now), 0)::bigint as good_before,
  coalesce(sum(bad) filter (where not is_now), 0)::bigint as bad_before,
  arg_max(gross_quantity, snapshot_ns) filter (where is_now)::double as gross_quantity,
  arg_max(gross_value, snapshot_ns) filter (where is_now)::double as gross_value
from (
  select *, snapshot_ns >= getvariable('from_ns') as is_now
  from stock_accuracy
  where snapshot_ns >= getvariable('before_ns') and snapshot_ns < getvariable('to_ns')
    and may_see(site) and ($site is null or site = $site)
)
group by site
having count(*) filter (where is_now) > 0
order by site
