-- one row per span of `unmapped_found`, newest first
select start_ns, recorded_ns, site, is_error, status_message, message_id, trace_id, right(span_id, 16) as span_id, attributes, source, position
from spans
where span_no in (
  select span_no from unmapped_found order by start_ns desc, span_no desc limit $stop::bigint - $start::bigint offset $start::bigint)
order by start_ns desc, span_no desc
