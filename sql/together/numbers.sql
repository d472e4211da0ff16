-- one row per object asked about and event that names it; of what stands in more events than anybody looks through (an item, a dock) the newest
create or replace temp table numbers as
select a.object_type, a.object_id, a.is_mine, n.event_no, count(*) over (partition by a.object_type, a.object_id) as of_all
from {names} n
join asked a on n.event_no >= getvariable('names_from') and {same}
qualify row_number() over (partition by a.object_type, a.object_id order by n.event_no desc) <= getvariable('most_events');

set variable names_from = (select min(event_no) from numbers);
