-- what is about to leave the facts, because it is computed anew
create or replace temp table leaving_keys as
select s.workflow, s.transaction_id, object_key(w.object_type, s.transaction_id) as object_key
from scope s
join def_workflows w using (workflow);

-- found by eight bytes a row; only of what these find the names are read
create or replace temp table leaving as
select t.transaction_no
from transaction_facts t
join leaving_keys s on s.object_key = t.object_key and s.workflow = t.workflow and s.transaction_id = t.transaction_id
where t.transaction_no in (select transaction_no from transaction_facts where object_key in (select object_key from leaving_keys))
