-- one row per thing of our own intake that could not be understood
select source, position, part, reason, excerpt, utc(recorded_ns) as recorded_time
from rejected
where recorded_ns <= getvariable('known_at') and may_see(null)
order by recorded_ns, source, position, part, reason
