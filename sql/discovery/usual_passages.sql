-- one row per two steps that follow each other in `usual_ran`: how long the one usually comes after the other
select
  step_name(w.steps, p.from_step) as from_milestone,
  step_name(w.steps, p.to_step) as to_milestone,
  quantile_cont((p.to_ns - p.from_ns) / 1e9, [0.5, 0.95]) as seconds,
  count(*) as passages
from passages_of('usual_ran') p
join def_workflows w using (workflow)
group by all
