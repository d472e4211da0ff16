-- what differs in stock and needs somebody: one row per movement that was lost or posted twice, and per key whose difference nothing explains
create or replace temp table differing as
with told as (
  select c.cause, c.transaction_id, d.site, d.pair_ns, c.quantity, d.uom, d.value, d.currency
  from (select *, unnest(causes) as c from stock_differences) d
  where c.cause in ('lost', 'duplicated')
  union all by name
  select
    'unexplained' as cause, concat_ws('/', site, location, item, batch, stock_status) as transaction_id,
    site, pair_ns, unexplained as quantity, uom, value, currency
  from stock_differences
  where unexplained <> 0 and not hit
)
select
  cause, 'stock_movement_sync' as workflow, transaction_id, any_value(site order by site) as site, min(pair_ns) as pair_ns,
  max(abs(quantity)) as quantity, any_value(uom order by abs(quantity) desc) as uom, max(abs(quantity) * value) as value, any_value(currency) as currency
from told
where (getvariable('workflow') is null or getvariable('workflow') = 'stock_movement_sync')
  and (getvariable('milestone') is null or cause = getvariable('milestone'))
  and (getvariable('site') is null or site = getvariable('site'))
  and (getvariable('transaction_id') is null or transaction_id = getvariable('transaction_id'))
group by cause, transaction_id;

create or replace temp table scope as select distinct workflow, transaction_id from differing where cause <> 'unexplained';
