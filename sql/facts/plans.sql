-- one row per workflow: what the computation needs of its steps, and nothing more: lists of it are copied for every transaction
create or replace temp table plans as
select
  workflow,
  grace_ns,
  pace_step,
  steps[pace_step].after_step as pace_after_step,
  len(steps) as last_step,
  list_transform(steps, lambda s: {
    deadline: s.step::varchar, after_step: case when s.is_required then s.after_step else 0 end, within_ns: s.within_ns, is_working: s.is_working,
    by_promised: s.by_field is not distinct from 'promised_time', by_due: s.by_field is not distinct from 'due_time'}) as deadlines,
  list_transform(list_filter(steps, lambda s: s.is_required), lambda s: s.step) as required,
  list_transform(steps, lambda s: s.after_step) as after
from def_workflows
