-- one row per source, system and site of `pulses`: its gaps in working time during the four weeks before its newest event. A gap goes from the
-- beginning of one stretch of five minutes with events to the end of the next, so it is never told too short; one without working time says nothing
create or replace temp table fresh_gaps as
with
paused as (
  select source, system, site, pulse,
    lag(pulse) over (partition by source, system, site order by pulse) as pulse_before,
    max(pulse) over (partition by source, system, site) as newest
  from pulses
),
gaps as (
  select p.source, p.system, p.site, coalesce(k.keeper, '') as keeper, p.pulse_before * 300000000000 as from_ns, (p.pulse + 1) * 300000000000 as to_ns
  from paused p
  left join def_sites k using (site)
  where p.pulse_before >= p.newest - 8064
),
worked as (
  select g.source, g.system, g.site,
    coalesce(b.before_ns + least(g.to_ns, b.closes_ns) - b.opens_ns, 0) - coalesce(a.before_ns + least(g.from_ns, a.closes_ns) - a.opens_ns, 0) as worked_ns
  from gaps g
  asof left join working_time a on a.keeper = g.keeper and a.opens_ns <= g.from_ns
  asof left join working_time b on b.keeper = g.keeper and b.opens_ns <= g.to_ns
)
select source, system, site, count(*) as gaps, list_sort(list(worked_ns))[(count(*) * 99 + 99) // 100] as usual_ns
from worked
where worked_ns > 0
group by all;
