-- one row per metric from one milestone to another, and what it counts, as of the moment: good, bad, open, clock_fault, or unjudged where the feed it
-- would come from lags. Cancelled transactions are in none; abandoned ones are bad in every ratio. `decided_ns`: when its promise fell due.
-- `is_settled`: time alone cannot change it
create or replace view measured_cases as
select
  metric, workflow, transaction_id, transaction_no, site, partner, milestone, from_ns, to_ns, due_ns, outcome,
  case when outcome <> 'clock_fault' then measured_ns end as measured_ns,
  due_ns as decided_ns,
  to_ns is not null as is_settled
from (
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
  where may_see(m.site, m.workflow, m.partner) and coalesce(m.exists_from_ns < getvariable('as_of'), true)
);
