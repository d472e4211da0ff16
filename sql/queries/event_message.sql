-- what one event says about its message, if it may be seen. With the time it took effect 2 ms are read of eight million events; with its id alone
-- all ids, in 0.7 s on a busy machine, and the hash of its identity beside it made that no faster
select event_id, source, position, recorded_ns, payload_ref, payload_digest, event_ns, event_type, site
from seen_events
where event_ns between $from_ns and $to_ns and event_id = $event_id
  and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
limit 1
