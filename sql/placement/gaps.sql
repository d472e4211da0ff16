-- one row per source, system and site of `pulses`: its gaps in working time during the four weeks before its newest event. A gap goes from the
-- beginning of one stretch of five minutes with events to the end of the next, so it is never told too short; one without working time says nothing.
-- What was worked up to the edges of stretches is counted once per keeper, by a window: asof joins of every gap took twelve seconds for 176,000
create or replace temp table fresh_gaps as
with
paused as (
  select source, system, site, pulse,
    lag(pulse) over (partition by source, system, site order by pulse) as pulse_before,
    max(pulse) over (partition by source, system, site) as newest
  from pulses
),
gaps as (
  select p.source, p.system, p.site, coalesce(k.keeper, '') as keeper, p.pulse_before as from_edge, p.pulse + 1 as to_edge
  from paused p
  left join def_sites k using (site)
  where p.pulse_before >= p.newest - 8064
),
edges as (
  select keeper, from_edge as edge from gaps
  union
  select keeper, to_edge from gaps
),
lined_up as (
  select keeper, null as edge, opens_ns as ns, {opens_ns: opens_ns, closes_ns: closes_ns, before_ns: before_ns} as stretch from working_time
  union all
  select keeper, edge, edge * 300000000000, null from edges
),
placed as (
  select keeper, edge, ns, last_value(stretch ignore nulls) over (partition by keeper order by ns, edge nulls first rows unbounded preceding) as stretch
  from lined_up
),
worked as materialized (
  select keeper, edge, coalesce(stretch.before_ns + least(ns, stretch.closes_ns) - stretch.opens_ns, 0) as until_ns
  from placed
  where edge is not null
),
begun as materialized (
  -- apart from the other end: joined at once, all edges of a keeper may meet each other first, which took 23 seconds and 2 GiB for 12,000 gaps
  select g.*, w.until_ns as begun_ns
  from gaps g
  join worked w on w.keeper = g.keeper and w.edge = g.from_edge
),
lengths as (
  select b.source, b.system, b.site, w.until_ns - b.begun_ns as worked_ns
  from begun b
  join worked w on w.keeper = b.keeper and w.edge = b.to_edge
)
select source, system, site, count(*) as gaps, list_sort(list(worked_ns))[(count(*) * 99 + 99) // 100] as usual_ns
from lengths
where worked_ns > 0
group by all;
