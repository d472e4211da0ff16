-- one row per whole transaction in these states and metric that counts such, as of the moment; it cannot be judged where the feed of what it waits for
-- lags. Cancelled ones are in none; abandoned ones are bad in every ratio. `decided_ns`: when its promise fell due; of what looks at whole
-- transactions, when these were complete, or first known not to keep it. `is_settled`: time alone cannot change it
create or replace macro stated_cases(states) as table
select
  metric, workflow, transaction_id, transaction_no, site, partner, start_ns as from_ns, outcome, is_settled,
  case
    when outcome = 'unjudged' then unjudged_since_ns
    when outcome = 'open' then null
    when metric = 'first_pass_yield' and state = 'complete' then coalesce(last_required_ns, last_event_ns)
    when outcome = 'good' then coalesce(last_required_ns, last_event_ns)
    when metric = 'first_pass_yield' then coalesce(bad_since_ns, last_event_ns)
    else coalesce(least(bad_since_ns, first_late_ns), last_event_ns) end as decided_ns
from (
  select
    k.metric, t.*,
    case when t.state in ('failed', 'abandoned') or t.is_overdue or (k.metric = 'transaction_success' and t.is_late) then 'bad'
      when t.state = 'complete' and k.metric = 'first_pass_yield' and t.failed_attempts > 0 then 'bad'
      when t.state = 'complete' then 'good'
      when t.is_unjudged then 'unjudged'
      else 'open' end as outcome
  from query_table(states) t
  cross join (values ('first_pass_yield'), ('transaction_success')) k(metric)
  where t.state <> 'cancelled'
);

-- one row per metric and what it counts
create or replace view metric_cases as
from measured_cases
union all by name
from stated_cases('transaction_states');

-- those that time alone may still change
create or replace view unsettled_cases as
from measured_cases where not is_settled
union all by name
from stated_cases('open_states');
