-- one row per transaction: what its events say, whatever the moment (the columns of transaction_facts)
create or replace temp table fresh_facts as
with
timed as (
  select
    t.* exclude (ok), v.variant, v.is_straight, p.* exclude (workflow, deadlines, grace_ns), r.reached,
    e.* exclude (transaction_no),
    list_transform(p.deadlines, lambda s: case when r.reached[s.after_step] is not null then coalesce(
      case when s.by_promised then t.promised_ns when s.by_due then t.due_ns end,
      case when s.is_working then d.due[s.deadline] else r.reached[s.after_step] + s.within_ns end) end) as due
  from stated t
  join plans p using (workflow)
  join reached r using (transaction_no)
  join trails v using (transaction_no)
  left join tried e using (transaction_no)
  left join working_due d using (transaction_no)
)
select
  transaction_no,
  workflow,
  transaction_id,
  site,
  start_ns,
  last_event_ns,
  failed_attempts::integer as failed_attempts,
  is_cancelled,
  coalesce(is_abandoned, false) as is_abandoned,
  list_bool_and(list_transform(required, lambda n: reached[n] is not null)) is not false as is_complete,
  list_bool_or(list_transform(due, lambda ns, n: reached[n] > ns)) is true as is_late,
  list_max(list_transform(required, lambda n: reached[n])) as last_required_ns,
  list_min(list_transform(due, lambda ns, n: case when reached[n] > ns then ns end)) as first_late_ns,
  list_bool_or(list_transform(after, lambda before, n: reached[before] - reached[n] > 60000000000)) is true as is_inconsistent,
  coalesce(is_self_healed, false) as is_self_healed,
  coalesce(is_recovered, false) as is_recovered,
  coalesce(has_open_errors, false) as has_open_errors,
  reached[pace_step] as pace_reached_ns,
  reached[pace_step] - reached[pace_after_step] as pace_ns,
  partner,
  customer,
  work_center,
  item,
  ordered_quantity,
  worth.value as value,
  worth.currency as currency,
  promised_ns,
  due_ns,
  reached[:last_step] as reached,
  due,
  tries,
  variant,
  is_straight
from timed
