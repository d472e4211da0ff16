-- objects that the messages of this id name
select distinct n.object_type, n.object_id, n.object_key, f.first_event_no, true as is_it
from events e
join named_objects n using (event_no)
join first_named f on f.object_key = n.object_key
where e.message_id in (select unnest($forms::varchar[]))
  and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
order by f.first_event_no desc, n.object_type, n.object_id
limit $limit
