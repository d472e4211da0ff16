-- one row per transaction: what its events say, whatever the moment (the columns of transaction_facts), in order of time
{into}
with
tried as (
  -- those with failed attempts: how they went (step → …)
  select
    transaction_no,
    map_from_entries(list({k: step, v: {
      attempts: attempts, first_error_ns: first_error_ns, last_error_ns: last_error_ns, error_class: error_class,
      failed_from_ns: failed_from_ns, is_self_healed: is_self_healed, is_recovered: is_recovered}})) as tries,
    bool_or(failed_from_ns is not null) as has_open_errors,   -- of a step that is not reached
    bool_or(is_abandoned) as is_abandoned,
    bool_or(is_self_healed) as is_self_healed,
    bool_or(is_recovered) as is_recovered
  from tries
  group by transaction_no
),
timed as (
  select
    t.*, coalesce(v.variant, o.variant, '') as variant, t.places is not null as is_straight, p.* exclude (workflow),
    e.* exclude (transaction_no),
    d.due as working_due,
    [{each: t.reached[p.after_#] + p.within_#}] as clock_due
  from stated t
  join plans p using (workflow)
  left join trails v on v.workflow = t.workflow and v.places = t.places
  left join trails o on o.transaction_no = t.transaction_no
  left join tried e on e.transaction_no = t.transaction_no
  left join working_due d on d.transaction_no = t.transaction_no
),
due_then as (
  select * exclude (clock_due, working_due),
    -- few have other deadlines than by the clock; a function over a list takes three times as long as a column for each step
    case when working_due is null and stated_due is null then clock_due
      else list_transform(clock_due, lambda ns, n: coalesce(
        case when reached[stated_due[n].after_step] is not null
          then case stated_due[n].field when 'promised_time' then promised_ns when 'due_time' then due_ns end end,
        ns, working_due[n::varchar])) end as due
  from timed
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
  list_count(list_select(reached, required)) = len(required) as is_complete,
  list_max(list_select(reached, required)) as last_required_ns,
  least({each: case when reached[#] > due[#] then due[#] end}) as first_late_ns,
  first_late_ns is not null as is_late,
  ({any: reached[after_#] - reached[#] > 60000000000}) is true as is_inconsistent,
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
  due[:last_step] as due,
  tries,
  variant,
  is_straight,
  object_key(object_type, transaction_id) as object_key
from due_then
order by transaction_no
