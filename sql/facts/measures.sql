-- one row per transaction that is not cancelled and stretch a metric measures (the columns of transaction_measures)
create or replace temp table fresh_measures as
with
running as (
  -- from one milestone to another
  select
    f.transaction_no, f.workflow, f.transaction_id, m.metric, m.is_working, m.target_ns,
    f.steps[m.to_step].milestone as milestone, f.steps[m.to_step].system as system,
    f.steps[m.from_step].reached_ns as from_ns, f.steps[m.to_step].reached_ns as to_ns
  from fresh_facts f
  join def_metrics m using (workflow)
  where not f.is_cancelled and f.steps[m.from_step].reached_ns is not null
),
kept as (
  select r.*, case when r.system = 'supplier' then k.supplier_keeper else k.keeper end as keeper, d.due[r.metric] as working_due_ns
  from running r
  join keepers k using (workflow, transaction_id)
  left join working_due d using (workflow, transaction_id)
),
worked as (
  -- working time passed until each end
  select k.transaction_no, k.metric,
    b.before_ns + least(k.to_ns - b.opens_ns, b.closes_ns - b.opens_ns) - a.before_ns - least(k.from_ns - a.opens_ns, a.closes_ns - a.opens_ns) as worked_ns
  from (from kept where is_working and to_ns > from_ns) k
  asof join working_time a on a.keeper = k.keeper and a.opens_ns <= k.from_ns
  asof join working_time b on b.keeper = k.keeper and b.opens_ns <= k.to_ns
),
recovering as (
  -- what somebody or a rule had to act on, and what still fails by itself
  select transaction_no, s, g.metric, g.target_ns
  from (select transaction_no, unnest(steps) as s from fresh_facts where not is_cancelled and failed_attempts > 0), def_targets g
  where g.metric = 'time_to_recover' and (s.is_recovered or (s.reached_ns is null and s.failed_from_ns is not null))
)
select
  k.transaction_no, k.metric, k.milestone, k.system, k.from_ns, k.to_ns,
  case when k.is_working then k.working_due_ns else k.from_ns + k.target_ns end as due_ns,
  case when k.is_working and k.to_ns > k.from_ns then w.worked_ns else k.to_ns - k.from_ns end as measured_ns,
  null::bigint as exists_from_ns
from kept k
left join worked w using (transaction_no, metric)
union all
select
  transaction_no, metric, s.milestone, s.system, s.first_error_ns, s.reached_ns, s.first_error_ns + target_ns,
  s.reached_ns - s.first_error_ns, case when s.reached_ns is null then s.failed_from_ns end
from recovering
