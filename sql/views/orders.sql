-- one row per order that the reader may see; a reader of a past moment puts other views in front of these
create or replace view orders as from order_facts where may_see(site);

-- one row per transaction with open steps and object near to it
create or replace view reach as from transaction_reach;

-- one row per transaction with open steps that the reader may see
create or replace view open_now as from open_transactions where may_see(site);

-- one row per event known at the moment and object it names
create or replace view known_names as from named_objects;
