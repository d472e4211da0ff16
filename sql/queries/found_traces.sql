-- the traces of one of these ids, or those that have a span of them: `span_hashes` are the numbers that 16 digits are
select trace_id, count(*) as spans
from spans
where may_see(site)
  and (trace_id in (select lower(unnest($forms::varchar[])))
    or trace_id in (select trace_id from spans where id_hash in (select unnest($span_hashes::ubigint[])) and may_see(site)))
group by all
order by trace_id
