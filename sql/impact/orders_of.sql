-- one row per order that waits for the one transaction in `troubled`, the nearest first
select object_type, object_id, distance, site, customer, partner, work_center, value, currency, promised_ns, due_ns, is_cancelled, is_done, lines
from affected
order by distance, place, object_id
