-- one row per partner asked something from `from_ns` until before `to_ns`: its answers of this week, and of the one before from `before_ns` on
select
  partner,
  coalesce(sum(good) filter (where is_now), 0)::bigint as good,
  coalesce(sum(bad) filter (where is_now), 0)::bigint as bad,
  coalesce(sum(open) filter (where is_now), 0)::bigint as open,
  coalesce(sum(unjudged) filter (where is_now), 0)::bigint as unjudged,
  coalesce(sum(good) filter (where not is_now), 0)::bigint as good_before,
  coalesce(sum(bad) filter (where not is_now), 0)::bigint as bad_before,
  quantile_cont(measured_ns / 1e9, 0.5) filter (where is_now) as p50_seconds
from (
  select *, from_ns >= getvariable('from_ns') as is_now
  from metric_counts
  where metric = $metric and partner is not null
    and from_ns >= getvariable('before_ns') and from_ns < getvariable('to_ns')
    and ($site is null or site = $site)
)
group by partner
having sum(good + bad + open + unjudged) filter (where is_now) > 0
order by bad desc, partner
