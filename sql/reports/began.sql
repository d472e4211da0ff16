-- one row, where any event happened before `$until_ns`
select event_no
from events
where event_ns < $until_ns
limit 1
