-- every transaction with open steps
create or replace temp table reaching as
select f.transaction_no, w.object_type, f.transaction_id as object_id
from (from fresh_open_facts where transaction_no in (select transaction_no from fresh_open_steps)) f
join def_workflows w using (workflow)
