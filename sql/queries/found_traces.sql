-- the trace of this id, or those that have a span of it: `span_hash` is the number its 16 digits are, null when the text is none
select trace_id, count(*) as spans
from spans
where (trace_id = lower($text) or trace_id in (select trace_id from spans where id_hash = $span_hash and may_see(site))) and may_see(site)
group by all
