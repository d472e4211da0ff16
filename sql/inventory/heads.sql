-- the snapshots that lines have come for
create or replace temp table stock_heads_new as
select site, system, snapshot_ns, min(recorded_ns) as first_recorded_ns, max(recorded_ns) as newest_recorded_ns
from stock_snapshots
where rowid >= getvariable('seen_lines')
group by all;

create or replace temp table stock_heads_now as
select site, system, snapshot_ns, min(first_recorded_ns) as first_recorded_ns, max(newest_recorded_ns) as newest_recorded_ns
from (from stock_heads semi join stock_heads_new using (site, system, snapshot_ns) union all by name from stock_heads_new)
group by all;

delete from stock_heads h
where exists (from stock_heads_new n where n.site = h.site and n.system = h.system and n.snapshot_ns = h.snapshot_ns);
insert into stock_heads by name from stock_heads_now
