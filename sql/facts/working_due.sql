-- one row per transaction with open working-time deadlines: step → due time. Time that runs out exactly at closing is due at closing;
-- no time at all, at the first working moment from the opening on
create or replace temp table working_due as
with
opened as (
  select
    r.workflow, r.transaction_id, s.step,
    site.site,
    r.reached[s.after_step] as opened_ns,
    greatest(coalesce(s.within_days * site.day_ns, s.within_ns), 1) as within_ns,
    coalesce(s.within_days, s.within_ns) = 0 as is_at_once
  from steps r
  join stated t using (workflow, transaction_id)
  join (select workflow, unnest(steps, max_depth := 2) from def_workflows) s on s.workflow = r.workflow and s.is_working
  join def_sites site on site.site = case when t.site in (select site from def_sites) then t.site else '' end
  where r.reached[s.after_step] is not null
),
placed as (
  -- the stretch that is open at the moment or the last one before it
  select o.*, w.before_ns + least(o.opened_ns - w.opens_ns, w.closes_ns - w.opens_ns) + o.within_ns as runs_out_ns
  from opened o
  asof left join working_time w on w.site = o.site and w.opens_ns <= o.opened_ns
)
select
  p.workflow,
  p.transaction_id,
  map_from_entries(list({k: p.step, v: case
    when w.opens_ns is null or p.runs_out_ns - w.before_ns > w.closes_ns - w.opens_ns then error('working time does not cover ' || p.opened_ns || ' at site ' || p.site)
    else w.opens_ns + p.runs_out_ns - w.before_ns - p.is_at_once::integer end})) as due
from placed p
asof left join working_time w on w.site = p.site and w.before_ns < p.runs_out_ns
group by all
