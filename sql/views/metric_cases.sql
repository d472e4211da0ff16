-- one row per metric and what it counts, as of the moment: good, bad, open, clock_fault, or unjudged where the feed it would come from lags.
-- Cancelled transactions are in none; abandoned ones are bad in every ratio. `decided_ns`: when its promise fell due; of what looks at whole
-- transactions, when these were complete, or first known not to keep it. `is_settled`: time alone cannot change it
create or replace view metric_cases as
with
measured as (
  select
    m.metric, m.workflow, m.transaction_id, m.transaction_no, m.site, m.partner, m.milestone, m.from_ns, m.to_ns, m.due_ns, m.measured_ns,
    case
      when m.to_ns < m.from_ns then 'clock_fault'
      when m.is_abandoned then 'bad'
      when m.to_ns <= m.due_ns then 'good'
      when m.to_ns is not null then 'bad'
      when m.due_ns >= getvariable('as_of') then 'open'
      when m.due_ns <= coalesce(w.watermark_ns, a.watermark_ns, getvariable('default_mark')) then 'bad'
      else 'unjudged' end as outcome
  from measures m
  left join watermarks w on w.system = m.system and w.site = coalesce(m.site, '')
  left join system_watermarks a on a.system = m.system
  where may_see(m.site) and coalesce(m.exists_from_ns < getvariable('as_of'), true)
),
stated as (
  select
    k.metric, t.*,
    case when t.state in ('failed', 'abandoned') or t.is_overdue or (k.metric = 'transaction_success' and t.is_late) then 'bad'
      when t.state = 'complete' and k.metric = 'first_pass_yield' and t.failed_attempts > 0 then 'bad'
      when t.state = 'complete' then 'good'
      when t.is_unjudged then 'unjudged'
      else 'open' end as outcome
  from transaction_states t
  cross join (values ('first_pass_yield'), ('transaction_success')) k(metric)
  where t.state <> 'cancelled'
)
select
  metric, workflow, transaction_id, transaction_no, site, partner, milestone, from_ns, to_ns, due_ns, outcome,
  case when outcome <> 'clock_fault' then measured_ns end as measured_ns,
  due_ns as decided_ns,
  to_ns is not null as is_settled
from measured
union all by name
select
  metric, workflow, transaction_id, transaction_no, site, partner, start_ns as from_ns, outcome, is_settled,
  case
    when outcome = 'unjudged' then unjudged_since_ns
    when outcome = 'open' then null
    when metric = 'first_pass_yield' and state = 'complete' then coalesce(last_required_ns, last_event_ns)
    when outcome = 'good' then coalesce(last_required_ns, last_event_ns)
    when metric = 'first_pass_yield' then coalesce(bad_since_ns, last_event_ns)
    else coalesce(least(bad_since_ns, first_late_ns), last_event_ns) end as decided_ns
from stated;
