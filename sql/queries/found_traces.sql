-- the traces of one of these ids, or those that have a span of them: `span_hashes` are the numbers that 16 digits are
select trace_id, count(*) as spans
from seen_spans
where (trace_id in (select lower(unnest($forms::varchar[])))
    or trace_id in (select trace_id from seen_spans where id_hash in (select unnest($span_hashes::ubigint[]))))
group by all
order by trace_id
