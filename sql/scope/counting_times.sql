-- one row per stretch of `$length_ns` in which something counts: its first and its last moment
select min(ns), max(ns)
from (select event_ns as ns from events union all select snapshot_ns from stock_heads)
group by ns // $length_ns
order by min(ns)
