-- the facts of the transactions that the reader may see
create or replace temp view facts as from transaction_facts where may_see(site, workflow, partner);
