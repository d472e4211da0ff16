-- every transaction with open steps
create or replace temp table reaching as
select f.transaction_no, w.object_type, f.transaction_id as object_id
from fresh_open f
join def_workflows w using (workflow)
