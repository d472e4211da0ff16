-- how much of what counts anew lies in no time that is covered, a stretch of `$length_ns` counting once
select count(*)
from (
  select min(ns) as from_ns, max(ns) as to_ns
  from (
    select event_ns as ns from events where event_no > $seen_event
    union all
    select snapshot_ns from stock_heads
  )
  group by ns // $length_ns
) n
where not exists (from covered_time c where c.from_ns <= n.from_ns and c.to_ns >= n.to_ns)
