-- the transaction of the first event of these sources, told from `from_ns` on, that belongs to one: one row or none. Only the first
-- thousand events are looked through: what belongs to nothing until then needs somebody
with told as (
  select event_no, event_type
  from events
  where recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
  order by event_no
  limit 1000
)
select f.workflow, w.title, f.transaction_id, w.object_type, t.event_type
from told t
join named_objects n using (event_no)
join def_workflows w on w.object_type = n.object_type
join facts f on f.workflow = w.workflow and f.transaction_id = n.object_id
order by t.event_no, w.place, f.transaction_id
limit 1
