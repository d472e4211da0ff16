-- one row per metric and what it counts, as of the moment: good, bad, open, clock_fault, or unjudged where the feed it would come from lags.
-- Cancelled transactions are in none; abandoned ones are bad in every ratio
create or replace view metric_cases as
with
measured as (
  select
    m.metric, f.workflow, f.transaction_id, f.transaction_no, f.site, m.milestone, m.from_ns, m.to_ns, m.due_ns, m.measured_ns,
    case
      when m.to_ns < m.from_ns then 'clock_fault'
      when f.is_abandoned then 'bad'
      when m.to_ns <= m.due_ns then 'good'
      when m.to_ns is not null then 'bad'
      when m.due_ns >= getvariable('as_of') then 'open'
      when m.due_ns <= coalesce(w.watermark_ns, a.watermark_ns, getvariable('default_mark')) then 'bad'
      else 'unjudged' end as outcome
  from measures m
  join facts f using (transaction_no)
  left join watermarks w on w.system = m.system and w.site = coalesce(f.site, '')
  left join system_watermarks a on a.system = m.system
  where coalesce(m.exists_from_ns < getvariable('as_of'), true)
),
stated as (
  select
    *,
    state in ('failed', 'abandoned') or is_overdue as is_bad
  from transactions
  where state <> 'cancelled'
)
select
  metric, workflow, transaction_id, transaction_no, site, milestone, from_ns, to_ns, due_ns, outcome,
  case when outcome <> 'clock_fault' then measured_ns end as measured_ns
from measured
union all by name
select
  'first_pass_yield' as metric, workflow, transaction_id, transaction_no, site, start_ns as from_ns,
  case
    when is_bad or (state = 'complete' and failed_attempts > 0) then 'bad'
    when state = 'complete' then 'good'
    when is_unjudged then 'unjudged'
    else 'open' end as outcome
from stated
union all by name
select
  'transaction_success' as metric, workflow, transaction_id, transaction_no, site, start_ns as from_ns,
  case
    when is_bad or is_late then 'bad'
    when state = 'complete' then 'good'
    when is_unjudged then 'unjudged'
    else 'open' end as outcome
from stated;
