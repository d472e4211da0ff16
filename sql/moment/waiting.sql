-- what is of a past moment only once it was asked for: until then reading it fails, so that nobody takes today's for it
create or replace temp view kept_orders as select 'was not asked for' as orders_then;
create or replace temp view reach as select 'was not asked for' as orders_then;
create or replace temp view minutes_now as select 'was not asked for' as minutes_then;
create or replace temp view stock_causes as select 'was not asked for' as stock_then;
create or replace temp view stock_passages as select 'was not asked for' as stock_then;
