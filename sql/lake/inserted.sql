-- the records that came with the snapshots from one to another, in order: only the files of these are opened
select rowid, source, position, payload, content_type, recorded_ns, stream, after
from ducklake_table_insertions('lake', 'main', 'records', $first, $last)
where rowid >= $from
order by rowid
