-- the cases with what the facts say of their transactions; `step` null: of no milestone of a workflow
create or replace temp table stepped as
select
  c.* exclude (system, site), f.transaction_no, f.reached, w.steps, coalesce(f.is_cancelled or f.is_abandoned, false) as is_cancelled,
  nullif(coalesce(list_position(list_transform(w.steps, lambda s: s.milestone), c.milestone), 0), 0)::integer as step,
  coalesce(w.steps[list_position(list_transform(w.steps, lambda s: s.milestone), c.milestone)].system, c.system) as system,
  coalesce(c.site, f.site) as site
from asked_cases c
left join facts f on f.workflow = c.workflow and f.transaction_id = c.transaction_id
left join def_workflows w on w.workflow = c.workflow;

-- only where its milestone is reached, or quantities add up to it, its own events have more to say
create or replace temp table scope as
select distinct workflow, transaction_id
from stepped
where reached[step] is not null or steps[step].until_field is not null;
