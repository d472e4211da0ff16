-- one row per transaction that is failed, or that something is missing in, cannot be judged in, or violated by. Nearly all of them have open
-- steps; only violations are also of transactions that are over
create or replace temp table held as
with
violated as materialized (from violated_transactions),
trouble as (
  select o.transaction_no, o.is_failed, o.failure, o.missing, o.unjudged, o.bad_since_ns, v.violations
  from open_steps_then o
  left join violated v using (transaction_no)
  where o.is_failed or o.is_overdue or o.is_unjudged or v.violations is not null
),
found as (
  select n.*, t.* exclude (transaction_no)
  from trouble t
  join open_now n using (transaction_no)
  where not n.is_abandoned
  union all by name
  select f.transaction_no, f.workflow, f.transaction_id, f.site, f.is_abandoned, f.is_complete, f.customer, f.partner, f.work_center, f.value, f.currency,
    f.promised_ns, f.due_ns, v.violations
  from violated v
  join facts f using (transaction_no)
  where coalesce(getvariable('kind')::varchar, 'violation') = 'violation'
    and v.transaction_no not in (select transaction_no from open_now)
    and not f.is_cancelled and not f.is_abandoned
)
select
  f.* exclude (is_failed, is_abandoned, is_complete, missing, unjudged, violations),
  case when f.is_failed then 'failed' when f.is_complete then 'complete' else 'in_progress' end as state,
  coalesce(f.missing, []) as missing, coalesce(f.unjudged, []) as unjudged, coalesce(f.violations, []) as violations,
  w.object_type, false as is_cancelled
from found f
join def_workflows w using (workflow);

-- one row per transaction and what holds it up: its failed milestone, each missing one, each that cannot be judged, each violated rule
create or replace temp table troubled as
with
failing as (
  select *, case when state = 'failed' then failure.milestone end as failed_milestone
  from held
),
told as (
  select *, 'failed' as kind, failed_milestone as milestone, failure.error_class as error_class, failure.first_error_ns as since_ns
  from failing
  where state = 'failed'
  union all by name
  select *, 'missing' as kind, unnest(list_filter(missing, lambda m: m is distinct from failed_milestone)) as milestone, bad_since_ns as since_ns
  from failing
  union all by name
  select *, 'unjudged' as kind, unnest(list_filter(unjudged, lambda m: m is distinct from failed_milestone)) as milestone
  from failing
  union all by name
  select *, 'violation' as kind, unnest(violations) as milestone
  from failing
)
select transaction_no, workflow, transaction_id, site, state, kind, milestone, error_class, null::varchar as group_key, since_ns
from told
where (getvariable('kind') is null or kind = getvariable('kind'))
  and (getvariable('workflow') is null or workflow = getvariable('workflow'))
  and (getvariable('milestone') is null or milestone = getvariable('milestone'))
  and (getvariable('error_class') is null or error_class = getvariable('error_class'))
  and (getvariable('site') is null or site = getvariable('site'));

-- one row per transaction in `troubled`: what it is about, and what was last said in it
create or replace temp table asked as
select transaction_no, object_type, transaction_id as object_id, customer, partner, work_center, value, currency, promised_ns, due_ns, is_cancelled
from held
where transaction_no in (select transaction_no from troubled)
