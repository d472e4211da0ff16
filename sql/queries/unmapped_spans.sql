-- one row per unmapped span of those asked for, newest first
select start_ns, recorded_ns, site, is_error, status_message, message_id, trace_id, right(span_id, 16) as span_id, attributes, source, position
from unmapped_of($from_ns, $source, $service, $system, $name, $destination)
order by start_ns desc, span_no desc
limit $stop::bigint - $start::bigint offset $start::bigint
