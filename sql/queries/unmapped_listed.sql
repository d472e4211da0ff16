-- one row per record kept of those of one source and set of fields that say no event, newest first. For those who see all: its site is not known
select n.recorded_ns, n.position, n.excerpt
from unmapped_newest n
where n.source = $source and md5(n.shape)[:12] = $shape_id and n.recorded_ns <= getvariable('known_at') and may_see(null)
order by n.recorded_ns desc, n.position desc
limit $stop::bigint - $start::bigint offset $start::bigint
