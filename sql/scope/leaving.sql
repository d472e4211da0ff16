-- what is about to leave the facts, because it is computed anew
create or replace temp table leaving as
select t.transaction_no
from transaction_facts t
join scope s on s.workflow = t.workflow and s.transaction_id = t.transaction_id
