-- one row per transaction that is not cancelled and stretch a metric measures (the columns of transaction_measures)
{into}
with
running as not materialized (
  -- from one milestone to another; asked twice, of few metrics the second time: kept once it would lose its order
  select
    f.transaction_no, f.workflow, f.transaction_id, f.site, f.partner, f.is_abandoned,
    m.metric, m.is_working, m.target_ns, m.milestone, m.system, f.reached[m.from_step] as from_ns, f.reached[m.to_step] as to_ns
  from fresh_facts f
  join (select m.*, w.steps[m.to_step].milestone as milestone, w.steps[m.to_step].system as system from def_metrics m join def_workflows w using (workflow)) m
    using (workflow)
  where not f.is_cancelled and f.reached[m.from_step] is not null
),
kept as (
  select r.*, o.keeper, d.due[r.metric] as due_ns
  from running r
  join working_openings o on o.transaction_no = r.transaction_no and o.deadline = r.metric
  left join working_due d on d.transaction_no = r.transaction_no
  where r.is_working
),
worked as (
  -- working time passed until each end
  select k.transaction_no, k.metric,
    b.before_ns + least(k.to_ns - b.opens_ns, b.closes_ns - b.opens_ns) - a.before_ns - least(k.from_ns - a.opens_ns, a.closes_ns - a.opens_ns) as worked_ns
  from (from kept where to_ns > from_ns) k
  asof join working_time a on a.keeper = k.keeper and a.opens_ns <= k.from_ns
  asof join working_time b on b.keeper = k.keeper and b.opens_ns <= k.to_ns
),
recovering as (
  -- what somebody or a rule had to act on, and what still fails by itself
  select
    f.transaction_no, f.workflow, f.transaction_id, f.site, f.partner, f.is_abandoned,
    s.milestone, s.system, t.first_error_ns, f.reached[t.step] as reached_ns, t.failed_from_ns, g.metric, g.target_ns
  from tries t
  join fresh_facts f using (transaction_no)
  join (select workflow, unnest(steps, max_depth := 2) from def_workflows) s on s.workflow = f.workflow and s.step = t.step
  cross join def_targets g
  where g.metric = 'time_to_recover' and not f.is_cancelled and (t.is_recovered or t.failed_from_ns is not null)
)
select
  transaction_no, workflow, transaction_id, site, partner, is_abandoned, metric, milestone, system, from_ns, to_ns, from_ns + target_ns as due_ns,
  to_ns - from_ns as measured_ns, null::bigint as exists_from_ns
from running
where not is_working
union all
select
  k.transaction_no, k.workflow, k.transaction_id, k.site, k.partner, k.is_abandoned, k.metric, k.milestone, k.system, k.from_ns, k.to_ns, k.due_ns,
  case when k.to_ns > k.from_ns then w.worked_ns else k.to_ns - k.from_ns end, null
from kept k
left join worked w using (transaction_no, metric)
union all
select
  transaction_no, workflow, transaction_id, site, partner, is_abandoned, metric, milestone, system, first_error_ns, reached_ns,
  first_error_ns + target_ns, reached_ns - first_error_ns, failed_from_ns
from recovering
order by transaction_no
