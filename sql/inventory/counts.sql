-- compares the pairs of snapshots that are new, or have new lines
delete from stock_counts c
where exists (from stock_heads_new n where n.site = c.site and (n.snapshot_ns = c.reference_ns or n.snapshot_ns = c.other_ns));

create or replace temp table pairs_to_count as from uncounted_pairs;
create or replace temp table lines_to_count as from lines_of('pairs_to_count');

insert into stock_counts by name
select
  p.site, p.reference_ns, p.other_ns, greatest(r.newest_recorded_ns, o.newest_recorded_ns) as newest_recorded_ns,
  c.* exclude (site, pair_ns, good, bad, not_comparable),
  coalesce(c.good, 0) as good, coalesce(c.bad, 0) as bad, coalesce(c.not_comparable, 0) as not_comparable
from pairs_to_count p
cross join def_inventory d
join stock_heads r on r.site = p.site and r.system = d.reference_system and r.snapshot_ns = p.reference_ns
join stock_heads o on o.site = p.site and o.system = d.other_system and o.snapshot_ns = p.other_ns
left join counted_stock('lines_to_count') c on c.site = p.site and c.pair_ns = p.pair_ns
