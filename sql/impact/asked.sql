-- one row per transaction in `troubled`: what it is about, and what was last said in it
create or replace temp table asked as
select
  f.transaction_no, w.object_type, f.transaction_id as object_id,
  f.customer, f.partner, f.work_center, f.value, f.currency, f.promised_ns, f.due_ns, f.is_cancelled
from facts f
join def_workflows w using (workflow)
where f.transaction_no in (select transaction_no from troubled)
