-- one row per key of the newest pair of snapshots of each site: what both systems say, and the movements that explain the difference
create or replace temp table stock_differences as
with
causes as (
  select
    p.site, c.location, c.item, c.batch, c.stock_status, c.transaction_no, c.is_reference, c.base_uom,
    case
      when c.cause <> 'one_sided' then c.cause
      when c.failed_ns <= p.pair_ns then 'failed'
      when c.lost_after_ns < p.pair_ns then 'lost'
      else 'in_flight' end as cause,
    c.quantity
  from (
    from stock_causes where from_ns <= getvariable('stock_to_ns') and coalesce(until_ns > getvariable('stock_from_ns'), true)
    union all by name
    select * exclude (quantity, uom, base_quantity), 'one_sided' as cause, case when is_reference then -base_quantity else base_quantity end as quantity
    from in_base_units('stock_passing')
  ) c
  join newest_pairs p on p.site = c.site and c.from_ns <= p.pair_ns and coalesce(c.until_ns > p.pair_ns, true)
),
summed as (
  select
    * exclude (quantity, base_uom),
    list(distinct base_uom) filter (where base_uom is not null) as uoms,
    case when count(*) = count(quantity) then sum(quantity) end as quantity
  from causes
  group by all
  having cause <> 'duplicated' or quantity is distinct from 0 or len(uoms) > 1
),
explained as (
  select
    s.site, s.location, s.item, s.batch, s.stock_status,
    case when count(*) = count(s.quantity) then sum(s.quantity) end as quantity,
    flatten(list(s.uoms)) as uoms,
    list({cause: s.cause, transaction_id: f.transaction_id, quantity: s.quantity} order by f.transaction_id, s.cause, s.is_reference) as causes
  from summed s
  left join facts f using (transaction_no)
  group by all
),
told as (
  select
    k.*,
    coalesce(e.causes, []) as causes,
    case when e.causes is null then 0 else e.quantity end as explained,
    list_distinct(list_append(coalesce(e.uoms, []), k.base_uom)) as uoms
  from compared_stock('newest_lines') k
  left join explained e using (site, location, item, batch, stock_status)
)
select
  t.site, t.location, t.item, t.batch, t.stock_status, t.erp, t.wms, t.difference, t.hit,
  case when t.hit is not null and len(t.uoms) < 2 then t.explained end as explained,
  case when len(t.uoms) < 2 then t.difference - t.explained end as unexplained,
  t.causes,
  coalesce(t.trouble, case
    when t.explained is null then 'a movement of it is in a unit that nobody says how to convert'
    when len(t.uoms) > 1 then 'it and its movements are in different units: ' || list_aggregate(list_sort(t.uoms), 'string_agg', ', ') end) as trouble,
  t.base_uom as uom, t.abc_class, t.tolerance, t.value, t.currency,
  p.reference_ns, p.other_ns, p.pair_ns
from told t
join newest_pairs p using (site)
