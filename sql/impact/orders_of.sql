-- one row per order that waits for the one transaction in `troubled`, the nearest first
select a.object_type, a.object_id, a.distance, o.site, a.customer, o.partner, a.work_center, a.value, a.currency, a.promised_ns, a.due_ns,
  a.is_cancelled, a.is_done, o.lines
from affected a
join orders o on o.object_key = a.object_key and o.object_type = a.object_type and o.object_id = a.object_id
order by a.distance, a.place, a.object_id
