-- one row per transaction: its span of time, its site, what was last stated in it, and when each step first succeeded (by step number)
create or replace temp table stated as
with told as (
  select
    m.transaction_no,
    count(*) as members,
    min(event_ns) as start_ns,
    max(event_ns) as last_event_ns,
    count(distinct event_no) filter (where is_error) as failed_attempts,
    bool_or(step = 0 and not is_error) as is_cancelled,
    arg_min(site, {ns: event_ns, attempt: attempt, id: event_id}) filter (where names_it and site is not null) as site,
    arg_max(ordered_quantity, {ns: event_ns, attempt: attempt, id: event_id}) filter (where ordered_quantity is not null) as ordered_quantity,
    arg_max(promised_ns, {ns: event_ns, attempt: attempt, id: event_id}) filter (where promised_ns is not null) as promised_ns,
    arg_max(due_ns, {ns: event_ns, attempt: attempt, id: event_id}) filter (where due_ns is not null) as due_ns,
    arg_max(partner, {ns: event_ns, attempt: attempt, id: event_id}) filter (where partner is not null) as partner,
    arg_max(customer, {ns: event_ns, attempt: attempt, id: event_id}) filter (where customer is not null) as customer,
    arg_max(work_center, {ns: event_ns, attempt: attempt, id: event_id}) filter (where work_center is not null) as work_center,
    arg_max(item, {ns: event_ns, attempt: attempt, id: event_id}) filter (where item is not null) as item,
    arg_max({value: value, currency: currency}, {ns: event_ns, attempt: attempt, id: event_id}) filter (where value is not null) as worth,
    [{ok_by_step}] as ok
  from members m
  group by all
)
select n.workflow, n.transaction_id, t.*
from told t
join numbered n using (transaction_no)
