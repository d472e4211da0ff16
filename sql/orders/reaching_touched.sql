-- the transactions with open steps that were computed anew, and those near to an object that what has changed names
create or replace temp table reaching as
select f.transaction_no, w.object_type, f.transaction_id as object_id
from (from fresh_open_facts where transaction_no in (select transaction_no from fresh_open_steps)) f
join def_workflows w using (workflow)
union all
select r.transaction_no, r.object_type, r.object_id
from transaction_reach r
where r.distance = 0
  and r.transaction_no not in (from leaving)
  and r.transaction_no in (
    select n.transaction_no
    from transaction_reach n
    join touched_ids t on t.object_key = n.object_key and t.object_type = n.object_type and t.object_id = n.object_id
    where n.distance <= 1)
