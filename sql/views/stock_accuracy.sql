-- the lines of the pairs of snapshots in `pairs` (a table or view like stock_pairs), as far as they are known at the moment
create or replace macro lines_of(pairs) as table
select
  p.site, p.pair_ns, p.is_reference, s.location, s.item, s.batch, s.stock_status, s.quantity, s.uom,
  {ns: s.recorded_ns, source: s.source, position: s.position} as stated
from stock_snapshots s
join (
  select p.site, p.pair_ns, p.reference_ns as snapshot_ns, d.reference_system as system, true as is_reference from query_table(pairs) p, def_inventory d
  union all
  select p.site, p.pair_ns, p.other_ns, d.other_system, false from query_table(pairs) p, def_inventory d
) p using (site, snapshot_ns, system)
where s.recorded_ns <= getvariable('known_at');

-- one row per pair of snapshots and key in `lines` (a table or view like paired_lines): what both systems say. Of a key that stands in a
-- snapshot twice, what was recorded last counts. A key that is 0 on both sides, or absent, is none
create or replace macro compared_stock(lines) as table
with
sides as (
  select
    site, pair_ns, location, item, batch, stock_status,
    arg_max({quantity: base_quantity, base_uom: base_uom, uom: uom}, stated) filter (where is_reference) as reference,
    arg_max({quantity: base_quantity, base_uom: base_uom, uom: uom}, stated) filter (where not is_reference) as other
  from in_base_units(lines)
  group by all
),
known as (
  select
    s.*, d.reference_system, d.other_system, i.abc_class, i.value, d.currency,
    coalesce(t.tolerance, e.tolerance, 0)::decimal(9, 6) as tolerance,
    case
      when s.reference is not null and s.reference.quantity is null then
        'nobody says what one ' || s.reference.uom || ' (' || d.reference_system || ') is in ' || s.reference.base_uom
      when s.other is not null and s.other.quantity is null then
        'nobody says what one ' || s.other.uom || ' (' || d.other_system || ') is in ' || s.other.base_uom
      when s.reference.base_uom <> s.other.base_uom then
        'it is counted in ' || s.reference.base_uom || ' (' || d.reference_system || ') and ' || s.other.base_uom || ' (' || d.other_system || ')' end as trouble
  from sides s
  cross join def_inventory d
  left join def_items i on i.item = s.item
  left join (from def_tolerances where abc_class <> '') t on t.abc_class = i.abc_class
  left join (from def_tolerances where abc_class = '') e on true
)
select
  site, pair_ns, location, item, batch, stock_status, abc_class, tolerance, value, currency, trouble,
  coalesce(reference.base_uom, other.base_uom) as base_uom,
  other.quantity as erp,
  reference.quantity as wms,
  case when trouble is null then coalesce(erp, 0) - coalesce(wms, 0) end as difference,
  case when trouble is null then coalesce(reference is not null and other is not null and abs(difference) <= tolerance * abs(wms), false) end as hit
from known
where trouble is not null or coalesce(other.quantity, 0) <> 0 or coalesce(reference.quantity, 0) <> 0;

-- one row per pair of snapshots, location and ABC class in `lines` (columns as in stock_counts)
create or replace macro counted_stock(lines) as table
select
  site, pair_ns, location, abc_class,
  count(*) filter (where hit) as good,
  count(*) filter (where not hit) as bad,
  count(*) filter (where hit is null) as not_comparable,
  sum(abs(difference)) as apart,
  sum(abs(wms)) filter (where hit is not null) as there,
  sum(abs(difference) * value) as apart_value,
  sum(abs(wms) * value) filter (where hit is not null) as there_value,
  sum(greatest(difference, 0)) filter (where stock_status = 'unrestricted') as overstated,
  sum(greatest(-difference, 0)) filter (where stock_status = 'unrestricted') as understated,
  sum(greatest(difference, 0) * value) filter (where stock_status = 'unrestricted') as overstated_value,
  sum(greatest(-difference, 0) * value) filter (where stock_status = 'unrestricted') as understated_value
from compared_stock(lines)
group by all;

-- the pairs whose counts the store does not have as they were known at the moment, and the lines of these
create or replace view uncounted_pairs as
from stock_pairs p
anti join (from stock_counts where newest_recorded_ns <= getvariable('known_at')) c using (site, reference_ns, other_ns);
create or replace view uncounted_lines as from lines_of('uncounted_pairs');

-- one row per pair of snapshots, location and ABC class, as of the moment
create or replace view stock_history as
select p.site, p.pair_ns, c.* exclude (site, reference_ns, other_ns, newest_recorded_ns)
from stock_pairs p
join stock_counts c using (site, reference_ns, other_ns)
where c.newest_recorded_ns <= getvariable('known_at')
union all by name
from counted_stock('uncounted_lines');

-- how near two sides are in all: 1 less what they are apart by, as a share of what is there, and not below 0; null where nothing is there
create or replace macro nearness(apart, there) as case when there > 0 then greatest(1 - apart / there, 0) end;

-- one row per site and pair of snapshots in which some key is compared, as of the moment: hits and misses, and how near in all, never netted.
-- By value: of the items whose value is known
create or replace view stock_accuracy as
select
  site,
  pair_ns as snapshot_ns,
  sum(good)::bigint as good,
  sum(bad)::bigint as bad,
  sum(not_comparable)::bigint as not_comparable,
  nearness(sum(apart), sum(there)) as gross_quantity,
  nearness(sum(apart_value), sum(there_value)) as gross_value
from stock_history
group by all
having sum(good + bad) > 0;
