-- one row per two objects that some event names together, with the first event that says so
select
  a.object_type, a.object_id, b.object_type as other_type, b.object_id as other_id,
  count(*) as events,
  arg_min(e.event_id, {ns: e.event_ns, attempt: e.attempt, id: e.event_id}) as evidence_event_id,
  utc(min(e.event_ns)) as since_time
from told_names a
join told_names b on b.event_no = a.event_no and (a.object_type, a.object_id) < (b.object_type, b.object_id)
join seen_events e on e.event_no = a.event_no
where e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
group by all
order by all
