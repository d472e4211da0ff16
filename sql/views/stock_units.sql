-- the rows of a table with item, quantity and uom, and what they are in the base unit of the item: `base_quantity` is null when nobody says
-- how the unit is converted. An item with units of its own has these alone; no unit at all means the base unit
create or replace macro in_base_units(lines) as table
select
  l.*,
  coalesce(i.base_uom, g.base_uom, l.uom) as base_uom,
  (l.quantity::decimal(38, 6) * case
    when l.uom is null then 1::decimal(18, 9)
    when i.base_uom is not null then o.factor
    else coalesce(g.factor, 1::decimal(18, 9)) end)::decimal(38, 6) as base_quantity
from query_table(lines) l
left join (from def_items where base_uom is not null) i on i.item = l.item
left join (from def_units where item <> '') o on o.item = l.item and o.uom = l.uom
left join (from def_units where item = '') g on g.uom = l.uom;

-- one row per event, as a posting of stock: what nobody states has its usual value
create or replace view stock_postings as
select
  event_no, event_ns, attempt, event_id, idempotency_key,
  coalesce(site, '') as site,
  coalesce(location, '') as location,
  coalesce(item, '') as item,
  coalesce(batch, '') as batch,
  coalesce(stock_status, 'unrestricted') as stock_status,
  coalesce(quantity, 0) as quantity,
  uom
from events;

-- how long a step may take, by the clock also where it is written in working days: stock is wrong at night as well
create or replace macro within_by_clock(step) as coalesce(step.within_ns, step.within_days * 86400000000000);
