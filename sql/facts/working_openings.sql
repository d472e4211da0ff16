-- one row per deadline in working time that a transaction has opened: of a milestone (its number) or of a metric (its name), and whose working time
-- counts for it: the site's, or that of the supplier who is waited for
create or replace temp table working_openings as
with
waiting as (
  select workflow, step::varchar as deadline, after_step as from_step, system, within_ns, within_days
  from (select workflow, unnest(steps, max_depth := 2) from def_workflows)
  where is_working and is_required
  union all
  select m.workflow, m.metric, m.from_step, w.steps[m.to_step].system, m.target_ns, m.target_days
  from def_metrics m
  join def_workflows w using (workflow)
  where m.is_working
)
select
  t.transaction_no, d.deadline,
  k.keeper,
  t.reached[d.from_step] as opened_ns,
  greatest(coalesce(d.within_days * k.day_ns, d.within_ns), 1) as within_ns,
  coalesce(d.within_days, d.within_ns) = 0 as is_at_once
from stated t
join waiting d using (workflow)
left join def_sites s on s.site = t.site
left join def_partners p on p.partner = t.partner and d.system = 'supplier'
join def_keepers k on k.keeper = coalesce(p.keeper, s.keeper, '')
where t.reached[d.from_step] is not null
