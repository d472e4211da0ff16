-- one row per transaction: what its events say, whatever the moment (the columns of transaction_facts)
create or replace temp table fresh_facts as
with
timed as (
  select
    t.*,
    w.pace_step,
    list_transform(w.steps, lambda s: {
      milestone: s.milestone,
      system: s.system,
      is_required: s.is_required,
      opened_ns: r.reached[s.after_step],
      reached_ns: r.reached[s.step],
      due_ns: case when s.is_required and r.reached[s.after_step] is not null then coalesce(
        case s.by_field when 'promised_time' then t.promised_ns when 'due_time' then t.due_ns end,
        case when s.is_working then d.due[s.step::varchar] else r.reached[s.after_step] + s.within_ns end) end,
      behind_ns: case when s.is_required and r.reached[s.step] is null then list_min(list_transform(s.dependents, lambda n: r.reached[n])) end,
      tries: r.tries[s.step]
    }) as steps
  from stated t
  join def_workflows w using (workflow)
  join steps r using (workflow, transaction_id)
  left join working_due d using (workflow, transaction_id)
),
stepped as (
  select
    * replace (list_transform(steps, lambda s: {
      milestone: s.milestone,
      system: s.system,
      is_required: s.is_required,
      opened_ns: s.opened_ns,
      reached_ns: s.reached_ns,
      due_ns: s.due_ns,
      behind_ns: s.behind_ns,
      failed_from_ns: s.tries.failed_from_ns,
      is_late: coalesce(s.reached_ns > s.due_ns, false),
      attempts: coalesce(s.tries.attempts, 0),
      first_error_ns: s.tries.first_error_ns,
      last_error_ns: s.tries.last_error_ns,
      error_class: s.tries.error_class,
      is_self_healed: coalesce(s.tries.is_self_healed, false),
      is_recovered: coalesce(s.tries.is_recovered, false)
    }) as steps),
    list_bool_or(list_transform(steps, lambda s: s.tries.is_abandoned)) as is_abandoned
  from timed
)
select
  row_number() over () + getvariable('last_transaction') as transaction_no,
  workflow,
  transaction_id,
  site,
  start_ns,
  last_event_ns,
  failed_attempts::integer as failed_attempts,
  is_cancelled,
  coalesce(is_abandoned, false) as is_abandoned,
  list_bool_and(list_transform(steps, lambda s: s.reached_ns is not null or not s.is_required)) as is_complete,
  list_bool_or(list_transform(steps, lambda s: s.is_late)) as is_late,
  list_bool_or(list_transform(steps, lambda s: coalesce(s.opened_ns - s.reached_ns > 60000000000, false))) as is_inconsistent,
  failed_attempts > 0 and list_bool_or(list_transform(steps, lambda s: s.is_self_healed)) as is_self_healed,
  failed_attempts > 0 and list_bool_or(list_transform(steps, lambda s: s.is_recovered)) as is_recovered,
  failed_attempts > 0 and list_bool_or(list_transform(steps, lambda s: s.reached_ns is null and s.attempts > 0)) as has_open_errors,
  list_sort(list_transform(list_filter(steps, lambda s: s.is_late), lambda s: s.milestone)) as late,
  steps[pace_step].reached_ns as pace_reached_ns,
  steps[pace_step].reached_ns - steps[pace_step].opened_ns as pace_ns,
  partner,
  customer,
  work_center,
  item,
  ordered_quantity,
  worth.value as value,
  worth.currency as currency,
  promised_ns,
  due_ns,
  steps
from stepped
