-- one row per transaction and step that has events: its first success
create or replace temp table step_facts as
select workflow, transaction_id, step, min(event_ns) filter (where not is_error) as ok_ns
from members
where step > 0
group by all
