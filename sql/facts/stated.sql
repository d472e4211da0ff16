-- leaves `{stated}`, one row per transaction of `{members}`: its span of time, its site, what was last stated in it ({moment} decides), when each
-- step first succeeded (by step number), and its places: the numbers of its steps in order where it took each once, none failed, each at a moment
-- of its own; else null. Most took the first so many steps in the order of the definition (`to 4`): looking for that first is three times as fast
create or replace temp table {stated} as
with told as (
  select
    transaction_no,
    count(*) as members,
    min(event_ns) as start_ns,
    max(event_ns) as last_event_ns,
    count(distinct event_no) filter (where is_error) as failed_attempts,
    bool_or(step = 0 and not is_error) as is_cancelled,
    bool_or(adds_up) as adds_up,
    arg_min(site, {moment}) filter (where names_it and site is not null) as site,
    arg_max(ordered_quantity, {moment}) filter (where ordered_quantity is not null) as ordered_quantity,
    arg_max(promised_ns, {moment}) filter (where promised_ns is not null) as promised_ns,
    arg_max(due_ns, {moment}) filter (where due_ns is not null) as due_ns,
    arg_max(partner, {moment}) filter (where partner is not null) as partner,
    arg_max(customer, {moment}) filter (where customer is not null) as customer,
    arg_max(work_center, {moment}) filter (where work_center is not null) as work_center,
    arg_max(item, {moment}) filter (where item is not null) as item,
    arg_max({value: value, currency: currency}, {moment}) filter (where value is not null) as worth,
    [{each: min(event_ns) filter (where step = # and not is_error)}] as reached
  from {members}
  group by transaction_no
)
select
  n.workflow, n.transaction_id, t.*,
  case
    when failed_attempts > 0 or is_cancelled then null
    when members <= len(reached) and reached[1] is not null and {all: (# = 1 or members < # or reached[#] > reached[# - 1])} then 'to ' || members
    when members = list_unique(reached) then array_to_string(list_grade_up(reached, 'ASC', 'NULLS LAST')[:members], ' ')
  end as places
from told t
join numbered n using (transaction_no);
