-- one row per transaction: all there is to say of its steps, in the order of its workflow
create or replace view transaction_steps as
select
  f.transaction_no,
  list_transform(w.steps, lambda s: {
    milestone: s.milestone,
    system: s.system,
    is_required: s.is_required,
    opened_ns: f.reached[s.after_step],
    reached_ns: f.reached[s.step],
    due_ns: f.due[s.step],
    behind_ns: case when s.is_required and f.reached[s.step] is null then list_min(list_transform(s.dependents, lambda n: f.reached[n])) end,
    failed_from_ns: f.tries[s.step].failed_from_ns,
    is_late: coalesce(f.reached[s.step] > f.due[s.step], false),
    attempts: coalesce(f.tries[s.step].attempts, 0),
    first_error_ns: f.tries[s.step].first_error_ns,
    last_error_ns: f.tries[s.step].last_error_ns,
    error_class: f.tries[s.step].error_class,
    is_self_healed: coalesce(f.tries[s.step].is_self_healed, false),
    is_recovered: coalesce(f.tries[s.step].is_recovered, false)
  }) as steps
from facts f
join def_workflows w using (workflow);
