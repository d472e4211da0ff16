-- one row per transaction and what holds it up, of those in `trouble_now` and of violations: its failed milestone, each missing one, each that cannot
-- be judged, each violated rule
create or replace temp table troubled as
with
violated as (
  select transaction_no, unnest(violations) as rule
  from violated_transactions
  where coalesce(getvariable('kind')::varchar, 'violation') = 'violation'
),
told as (
  select
    transaction_no, workflow, transaction_id, site, state, kind, milestone, case when kind = 'failed' then error_class end as error_class,
    case kind when 'failed' then first_error_ns when 'missing' then bad_since_ns end as since_ns
  from trouble_now
  where not is_abandoned
  union all by name
  -- nearly all of them have open steps; what is over has not
  select
    n.transaction_no, n.workflow, n.transaction_id, n.site,
    case
      when n.transaction_no in (select transaction_no from trouble_now where kind = 'failed') then 'failed'
      when n.is_complete then 'complete'
      else 'in_progress' end as state,
    'violation' as kind, v.rule as milestone
  from violated v
  join open_now n using (transaction_no)
  where not n.is_abandoned
  union all by name
  select
    f.transaction_no, f.workflow, f.transaction_id, f.site, case when f.is_complete then 'complete' else 'in_progress' end as state,
    'violation' as kind, v.rule as milestone
  from violated v
  join facts f using (transaction_no)
  where v.transaction_no not in (select transaction_no from open_now) and not f.is_cancelled and not f.is_abandoned
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
with
among as (select distinct transaction_no from troubled),
said as (
  select transaction_no, workflow, transaction_id, customer, work_center, value, currency, promised_ns, due_ns
  from open_now
  where transaction_no in (from among)
  union all
  select transaction_no, workflow, transaction_id, customer, work_center, value, currency, promised_ns, due_ns
  from facts
  where transaction_no in (from among where transaction_no not in (select transaction_no from open_now))
)
select
  s.transaction_no, w.object_type, s.transaction_id as object_id, s.customer, s.work_center, s.value, s.currency, s.promised_ns, s.due_ns,
  false as is_cancelled
from said s
join def_workflows w using (workflow)
