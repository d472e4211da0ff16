-- the records from a row number on, in order, wherever they lie
select rowid, source, position, payload, content_type, recorded_ns, stream, after
from records
where rowid >= $from
order by rowid
