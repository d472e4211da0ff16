-- every transaction that may be seen is in scope, with its members
create or replace temp table scope as select workflow, transaction_id from facts;
