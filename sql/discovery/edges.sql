-- one row per workflow and two steps of which one directly followed the other (-1: the start, 99: the end, 0: cancelled), failed attempts left
-- out: in how many transactions, how often in all, how long it took, and how often it came after it was due
with
successes as (
  select workflow, variant, step, is_repeated,
    lag(step) over along as before,
    lead(step) over along as after
  from entries_of('ran_variants')
  where not is_error
  window along as (partition by workflow, variant order by place)
),
pairs as (
  select workflow, variant, coalesce(before, -1) as from_step, step as to_step, false as is_end from successes
  union
  select workflow, variant, step, step, false from successes where is_repeated
  union
  select workflow, variant, step, 99, true from successes where after is null
),
counted as (
  select p.workflow, p.from_step, p.to_step, sum(case when p.is_end then v.over else v.transactions end)::bigint as transactions
  from pairs p
  join ran_variants v using (workflow, variant)
  group by p.workflow, p.from_step, p.to_step
),
timed as (
  select
    workflow, from_step, to_step,
    count(*) as passages,
    quantile_cont((to_ns - from_ns) / 1e9, [0.5, 0.9]) as quantiles,
    count(*) filter (where due_ns is not null) as promised,
    count(*) filter (where to_ns > due_ns) as late
  from passages_of('ran')
  group by workflow, from_step, to_step
)
select
  c.workflow, step_name(w.steps, c.from_step) as from_milestone, step_name(w.steps, c.to_step) as to_milestone, c.transactions,
  coalesce(t.passages, c.transactions) as passages,
  t.quantiles[1] as p50, t.quantiles[2] as p90,
  coalesce(t.promised, 0) as promised, coalesce(t.late, 0) as late
from counted c
left join timed t using (workflow, from_step, to_step)
join def_workflows w using (workflow)
where c.transactions > 0
order by c.workflow, case c.from_step when 0 then 98 else c.from_step end, case c.to_step when 0 then 98 else c.to_step end
