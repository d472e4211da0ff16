-- one row per open order that something holds up, the earliest needed first
select
  object_type as order_type, object_id as order_id, site, customer, partner, work_center, value, currency,
  utc(promised_ns) as promised_time, utc(due_ns) as due_time, utc(need_ns) as need_time,
  (getvariable('as_of') - need_ns) / 1e9 as seconds_late,   -- below 0: so much is left
  case when is_measured and len(list_distinct(list_transform(lines, lambda l: coalesce(l.uom, '')))) = 1
    then coalesce(list_sum(list_transform(open_lines, lambda l: l.ordered_quantity - l.done_quantity)), 0)::decimal(18, 6) end as open_quantity,
  case when len(list_distinct(list_transform(lines, lambda l: coalesce(l.uom, '')))) = 1 then lines[1].uom end as uom,
  list_transform(lines, lambda l: {line: l.line, item: l.item, uom: l.uom, ordered_quantity: l.ordered_quantity, done_quantity: l.done_quantity,
    done_time: utc(l.done_ns)}) as lines,
  list_transform(holds, lambda h: {kind: h.kind, workflow: h.workflow, transaction_id: h.transaction_id, milestone: h.milestone,
    error_class: h.error_class, since_time: utc(h.since_ns), distance: h.distance}) as holds
from ({risks})
order by need_ns nulls last, place, object_id
