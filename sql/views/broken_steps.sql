-- where and why each of these bad cases (metric, workflow, transaction_no, milestone, and more) broke its promise: the step that its metric names, else the
-- first that failed, else that did not come in time, else that came late, else that had to be tried again; `why`: the class of its latest error,
-- late, or missing
create or replace macro broken_steps(bad) as table
with
placed as (
  select
    b.*, f.tries, f.reached, w.steps,
    coalesce(
      list_filter(w.steps, lambda s: s.milestone = b.milestone)[1].step,
      list_filter(w.steps, lambda s: f.reached[s.step] is null and f.tries[s.step].failed_from_ns is not null)[1].step,
      list_filter(w.steps, lambda s: s.is_required and f.reached[s.step] is null and f.due[s.step] < getvariable('as_of'))[1].step,
      list_filter(w.steps, lambda s: f.reached[s.step] > f.due[s.step])[1].step,
      list_filter(w.steps, lambda s: f.tries[s.step] is not null)[1].step,
      list_filter(w.steps, lambda s: s.is_required and f.reached[s.step] is null)[1].step) as broken_step
  from query_table(bad) b
  join facts f using (transaction_no)
  join def_workflows w on w.workflow = b.workflow
)
select
  * exclude (tries, reached, steps, broken_step),
  steps[broken_step].milestone as broken_milestone,
  steps[broken_step].event_type as event_type,
  steps[broken_step].system as system,
  coalesce(tries[broken_step].error_class, case when reached[broken_step] is null then 'missing' else 'late' end) as why
from placed;
