-- how much of what counts anew lies in no time that is covered
select count(*)
from (
  select event_ns as ns from events where event_no > $seen_event
  union all
  select snapshot_ns from stock_heads
) n
where not exists (from covered_time c where c.from_ns <= n.ns and c.to_ns >= n.ns)
