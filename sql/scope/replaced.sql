-- what is computed anew leaves the facts
create or replace temp table leaving as
select t.transaction_no
from transaction_facts t
join scope s on s.workflow = t.workflow and s.transaction_id = t.transaction_id;

delete from transaction_facts where transaction_no in (from leaving);
