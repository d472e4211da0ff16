-- one row: how many pairs of snapshots the accuracy of stock counts in the period, and how many keys of them agreed, differed, or could not be
-- compared
select
  count(*) as pairs,
  coalesce(sum(good), 0)::bigint as good,
  coalesce(sum(bad), 0)::bigint as bad,
  coalesce(sum(not_comparable), 0)::bigint as not_comparable
from stock_accuracy
where snapshot_ns >= getvariable('from_ns') and snapshot_ns < getvariable('to_ns')
  and ($site is null or site = $site)
  and ($workflow is null or $workflow = 'stock_movement_sync')
  and $partner is null
