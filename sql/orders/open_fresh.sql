-- one row per transaction with open steps that was computed (the columns of open_transactions)
create or replace temp table fresh_open as
select transaction_no, workflow, transaction_id, site, is_abandoned, is_complete, customer, partner, work_center, value, currency, promised_ns, due_ns
from fresh_facts
where transaction_no in (select transaction_no from fresh_open_steps)
