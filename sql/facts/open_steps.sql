-- one row per unreached step that is waited for, overtaken or failing (the columns of transaction_open_steps)
create or replace temp table fresh_open_steps as
with waiting as (
  select transaction_no, site, unnest(range(1, len(steps) + 1))::integer as step, unnest(steps) as s
  from fresh_facts
  where not is_cancelled and not (is_complete and not has_open_errors)
)
select
  transaction_no,
  step,
  s.milestone as milestone,
  s.system as system,
  site,
  s.is_required as is_required,
  case when s.is_required then s.opened_ns end as opened_ns,
  s.due_ns as due_ns,
  s.behind_ns as behind_ns,
  s.failed_from_ns as failed_from_ns,
  s.first_error_ns as first_error_ns,
  s.last_error_ns as last_error_ns,
  s.error_class as error_class
from waiting
where s.reached_ns is null
  and ((s.is_required and s.opened_ns is not null) or s.behind_ns is not null or s.attempts > 0)
