-- the transactions in `troubled` that have no open steps: how far they reach is not kept
create or replace temp table reaching as
select distinct t.transaction_no, w.object_type, t.transaction_id as object_id
from troubled t
join def_workflows w using (workflow)
where t.transaction_no not in (select transaction_no from reach);

create or replace temp table fresh_reach as from transaction_reach where false;

select count(*) as transactions from reaching
