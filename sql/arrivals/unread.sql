-- the first span, log record or other record of these sources, told from `from_ns` on, that says no event, with its fields: one row or none.
-- `kind`: span, log record or record; `fields` of a record are in its `example`
select *
from (
  (select 'span' as kind, source, name as title, service, attributes as fields, trace_id, recorded_ns, position
   from spans
   where not is_event and recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
   order by span_no limit 1)
  union all
  (select 'log record', source, coalesce(event_name, left(body, 80), ''), service, attributes, trace_id, recorded_ns, position
   from log_rows
   where not is_event and recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
   order by log_no limit 1)
  union all
  (select 'record', source, '', null, example, null, newest_recorded_ns, example_position
   from unmapped_records
   where newest_recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
   order by newest_recorded_ns limit 1)
)
order by recorded_ns, position
limit 1
