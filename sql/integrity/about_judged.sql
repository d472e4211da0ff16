-- one row per thing that rule {rule} has to be evaluated for, and event about it
create or replace temp table rule_about as
select n.kind, n.key, n.event_no
from (from judged_keys where rule = {rule}) k
join judged_names n using (kind, key)
join judged_events e using (event_no)
where {is_looked_at}
