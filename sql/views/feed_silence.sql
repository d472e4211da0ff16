-- one row per source, system and site: after how much working time without news it is silent, and whether it is. As usual: after the 99th
-- percentile of its own gaps and its allowed lateness, for its watermark is always so much behind; below a hundred gaps nobody can say
create or replace view feed_silence as
with
marks as (
  select
    m.*,
    coalesce(g.gaps, 0) as gaps,
    coalesce(m.told_ns, case when g.gaps >= 100 then g.usual_ns + m.lateness_ns end) as silent_after_ns,
    coalesce(k.keeper, '') as keeper,
    getvariable('as_of') as as_of_ns
  from feed_marks m
  left join feed_gaps g using (source, system, site)
  left join def_sites k using (site)
),
aged as (
  select
    m.*,
    coalesce(b.before_ns + least(m.as_of_ns, b.closes_ns) - b.opens_ns, 0)
      - coalesce(a.before_ns + least(m.watermark_ns, a.closes_ns) - a.opens_ns, 0) as age_ns
  from marks m
  asof left join working_time a on a.keeper = m.keeper and a.opens_ns <= m.watermark_ns
  asof left join working_time b on b.keeper = m.keeper and b.opens_ns <= m.as_of_ns
)
select
  source, system, site, newest_event_ns, watermark_ns, gaps, age_ns, silent_after_ns,
  silent_after_ns - case when told_ns is null then lateness_ns else 0 end as usual_ns,
  told_ns is not null as is_told,
  coalesce(age_ns > silent_after_ns, false) as is_silent
from aged;
