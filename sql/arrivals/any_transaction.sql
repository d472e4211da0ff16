-- whether there has ever been a transaction
select exists (from transaction_facts) as is_there
