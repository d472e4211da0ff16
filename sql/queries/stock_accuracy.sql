-- one row per site and pair of snapshots, the oldest first
select site, snapshot_ns, good, bad, not_comparable, gross_quantity, gross_value
from stock_accuracy
order by site, snapshot_ns
