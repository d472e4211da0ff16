-- nothing is found yet, nothing has to be looked at; the steps of workflows, one row each
create or replace temp table judged_keys (rule varchar, kind varchar, key varchar);
create or replace temp table fresh_violations as from violations_kept where false;

create or replace temp table rule_steps as
with steps as (select workflow, unnest(steps, max_depth := 2) from def_workflows)
select s.workflow, s.step, s.milestone, s.event_type, s.system, s.until_field is not null as adds_up, s.is_required, s.after_step, a.milestone as after
from steps s
left join steps a on a.workflow = s.workflow and a.step = s.after_step;
