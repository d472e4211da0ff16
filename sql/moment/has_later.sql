-- whether the facts know more than the moment does
select count(*) > 0
from meta
where (key = 'newest_event_ns' and value::bigint > getvariable('as_of'))
   or (key = 'newest_recorded_ns' and value::bigint > getvariable('known_at'));
