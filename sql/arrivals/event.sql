-- the first event that these sources told from `from_ns` on, with the objects it names: one row or none. Before its refresh nobody knows
-- to what it belongs
select
  e.event_no, e.event_type, e.event_ns, e.recorded_ns, e.system, e.site, e.is_error, e.error_text, e.source, e.position,
  coalesce((select list({object_type: o.object_type, object_id: o.object_id} order by o.object_type, o.object_id)
            from event_objects o where o.event_no = e.event_no), []) as objects
from events e
where e.event_no <= (select value::bigint from meta where key = 'refreshed_event')
  and e.recorded_ns >= $from_ns and e.source in (select unnest($sources::varchar[]))
order by e.event_no
limit 1
