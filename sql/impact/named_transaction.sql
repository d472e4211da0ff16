-- one transaction, whatever its state
create or replace temp table troubled as
select transaction_no, workflow, transaction_id, site, null::varchar as state, null::varchar as kind, null::varchar as milestone,
  null::varchar as error_class, null::varchar as group_key, null::bigint as since_ns
from facts
where transaction_no = getvariable('transaction_no')
