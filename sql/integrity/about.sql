-- one row per thing that rule {rule} is evaluated for, and event about it
set variable names_from = (
  select min(first_event_no) from first_named where object_key in (select object_key(kind, key) from judged_keys where rule = {rule}));

create or replace temp table rule_about as
select a.kind, a.key, a.event_no
from ({naming}) a
join events e using (event_no)
where {known_event};
