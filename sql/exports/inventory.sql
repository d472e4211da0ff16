-- one row per key of the newest comparable pair of snapshots of each site
select
  site, location, item, batch, stock_status, erp, wms, difference, hit, explained, unexplained, causes, trouble, uom, abc_class, tolerance,
  abs(difference) * value as difference_value, currency,
  utc(pair_ns) as snapshot_time, utc(other_ns) as erp_time, utc(reference_ns) as wms_time
from stock_differences
order by site, location, item, batch, stock_status
