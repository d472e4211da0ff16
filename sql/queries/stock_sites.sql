-- one row per site with snapshots of one of the compared systems: its newest snapshots, its newest comparable pair, and how its keys fare there
with
heads as (
  select
    h.site,
    max(h.snapshot_ns) filter (where h.system = d.reference_system) as newest_reference_ns,
    max(h.snapshot_ns) filter (where h.system = d.other_system) as newest_other_ns,
    any_value(d.gap_ns) as gap_ns
  from stock_heads h
  join def_inventory d on h.system in (d.reference_system, d.other_system)
  where h.snapshot_ns <= getvariable('as_of') and h.first_recorded_ns <= getvariable('known_at') and may_see(h.site)
  group by h.site
),
fared as (
  select
    site,
    count(*) filter (where hit) as good,
    count(*) filter (where not hit) as bad,
    count(*) filter (where hit is null) as not_comparable,
    count(*) filter (where unexplained <> 0) as unexplained,
    nearness(sum(abs(difference)), sum(abs(wms)) filter (where hit is not null)) as gross_quantity,
    nearness(sum(abs(difference) * value), sum(abs(wms) * value) filter (where hit is not null)) as gross_value,
    count(*) filter (where hit is not null and value is not null) as valued
  from stock_differences
  group by site
)
select
  h.*, coalesce(s.timezone, e.timezone) as timezone, p.pair_ns, p.reference_ns, p.other_ns,
  coalesce(f.good, 0) as good, coalesce(f.bad, 0) as bad, coalesce(f.not_comparable, 0) as not_comparable, coalesce(f.unexplained, 0) as unexplained,
  f.gross_quantity, f.gross_value, coalesce(f.valued, 0) as valued
from heads h
left join newest_pairs p using (site)
left join fared f using (site)
left join (select site, timezone from def_sites where site <> '') s using (site)
cross join (select timezone from def_sites where site = '') e
order by h.site
