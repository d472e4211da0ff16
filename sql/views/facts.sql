-- the facts to read; a reader of a past moment puts temporary views of these names in front
create or replace view facts as from transaction_facts;
create or replace view open_facts as from transaction_open_facts;
-- those that the reader may see of what time alone may still change
create or replace view open_now as from open_facts where may_see(site, workflow, partner);
create or replace view open_steps as from transaction_open_steps;
create or replace view measures as from transaction_measures;
create or replace view stock_causes as from transaction_stock_causes;
create or replace view stock_passages as from transaction_stock_passages;
create or replace view passages as from transaction_passages;
