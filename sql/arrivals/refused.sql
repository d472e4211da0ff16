-- the first thing of these sources that could not be understood, told from `from_ns` on: one row or none
select source, position, part, reason, excerpt, recorded_ns
from rejected
where recorded_ns >= $from_ns and source in (select unnest($sources::varchar[]))
order by recorded_ns, position
limit 1
