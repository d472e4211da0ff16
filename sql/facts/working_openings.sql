-- one row per deadline in working time that a transaction has opened: of a milestone (its number) or of a metric (its name), and whose working time counts
create or replace temp table working_openings as
with
waiting as (
  select workflow, step::varchar as deadline, after_step as from_step, system, within_ns, within_days
  from (select workflow, unnest(steps, max_depth := 2) from def_workflows)
  where is_working
  union all
  select m.workflow, m.metric, m.from_step, w.steps[m.to_step].system, m.target_ns, m.target_days
  from def_metrics m
  join def_workflows w using (workflow)
  where m.is_working
)
select
  r.transaction_no, d.deadline,
  k.keeper,
  r.reached[d.from_step] as opened_ns,
  greatest(coalesce(d.within_days * k.day_ns, d.within_ns), 1) as within_ns,
  coalesce(d.within_days, d.within_ns) = 0 as is_at_once
from reached r
join keepers t using (transaction_no)
join waiting d using (workflow)
join def_keepers k on k.keeper = case when d.system = 'supplier' then t.supplier_keeper else t.keeper end
where r.reached[d.from_step] is not null
