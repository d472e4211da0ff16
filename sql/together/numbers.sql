-- one row per object asked about and event that names it
create or replace temp table numbers as
select a.object_type, a.object_id, a.is_mine, n.event_no
from {names} n
join asked a on n.event_no >= getvariable('names_from') and {same}
