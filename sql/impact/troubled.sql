-- one row per transaction that is failed, or that something is missing in, cannot be judged in, or violated by
create or replace temp table held as
with trouble as (
  select transaction_no, o.is_failed, o.failure, o.missing, o.unjudged, o.bad_since_ns, v.violations
  from (from open_steps_then where is_failed or is_overdue or is_unjudged) o
  full join violated_transactions v using (transaction_no)
)
select
  f.transaction_no, f.workflow, f.transaction_id, f.site,
  case when t.is_failed then 'failed' when f.is_complete then 'complete' else 'in_progress' end as state,
  t.failure, t.bad_since_ns,
  coalesce(t.missing, []) as missing, coalesce(t.unjudged, []) as unjudged, coalesce(t.violations, []) as violations,
  w.object_type, f.customer, f.partner, f.work_center, f.value, f.currency, f.promised_ns, f.due_ns, f.is_cancelled
from trouble t
join facts f using (transaction_no)
join def_workflows w using (workflow)
where not f.is_cancelled and not f.is_abandoned;

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
