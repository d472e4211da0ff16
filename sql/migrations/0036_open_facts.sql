-- What time alone may still change is kept once more: a few of a million transactions, of which most pages ask. And a transaction is found by 64
-- bits that stand for its object. Both are filled at once, so that pages are right until everything is computed anew.
alter table transaction_facts add column object_key ubigint;
update transaction_facts f set object_key = hash(w.object_type, f.transaction_id) from def_workflows w where w.workflow = f.workflow;

drop table open_transactions;

-- one row per transaction that is not settled: its facts
create table transaction_open_facts as
from transaction_facts
where not is_cancelled and not (is_complete and not has_open_errors);

-- of each open step also the code of its latest failed attempt
alter table transaction_open_steps add column error_code varchar;

delete from meta where key = 'definitions';
