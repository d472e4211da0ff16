-- What time alone may still change is kept once more: a few of a million transactions, of which most pages ask. And a transaction is found by 64
-- bits that stand for its object.
alter table transaction_facts add column object_key ubigint;

drop table open_transactions;

-- one row per transaction that is not settled: its facts
create table transaction_open_facts as from transaction_facts where false;

-- of each open step also the code of its latest failed attempt
alter table transaction_open_steps add column error_code varchar;

delete from meta where key = 'definitions';
