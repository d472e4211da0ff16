-- one row per workflow: what the computation needs of its steps; of deadlines by the clock a column for each step, null where nothing is expected
create or replace temp table plans as
select
  workflow,
  object_type,
  pace_step,
  steps[pace_step].after_step as pace_after_step,
  len(steps) as last_step,
  list_transform(list_filter(steps, lambda s: s.is_required), lambda s: s.step) as required,
  case when list_bool_or(list_transform(steps, lambda s: s.is_required and s.by_field is not null))
    then list_transform(steps, lambda s: {after_step: s.after_step, field: case when s.is_required then s.by_field end}) end as stated_due,
  {each: steps[#].after_step as after_#},
  {each: case when steps[#].is_required and not steps[#].is_working then steps[#].within_ns end as within_#}
from def_workflows
