-- the first line of a stock snapshot that these sources told from `from_ns` on: one row or none
select system, site, item, quantity, uom, snapshot_ns, source
from stock_snapshots
where recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
order by recorded_ns, position
limit 1
