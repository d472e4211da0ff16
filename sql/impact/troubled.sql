-- one row per transaction and what holds it up: its failed milestone, each missing one, each that cannot be judged, each violated rule
create or replace temp table troubled as
with
held as (
  select transaction_no, workflow, transaction_id, site, state, failed_milestone, error_class, failed_since_ns, bad_since_ns, missing, unjudged, violations
  from transactions
  where state not in ('cancelled', 'abandoned') and (state = 'failed' or is_overdue or is_unjudged or len(violations) > 0)
),
told as (
  select * exclude (missing, unjudged, violations), 'failed' as kind, failed_milestone as milestone, failed_since_ns as since_ns
  from held
  where state = 'failed'
  union all by name
  select * exclude (missing, unjudged, violations, error_class), 'missing' as kind, unnest(list_filter(missing, lambda m: m is distinct from failed_milestone)) as milestone, bad_since_ns as since_ns
  from held
  union all by name
  select * exclude (missing, unjudged, violations, error_class), 'unjudged' as kind, unnest(list_filter(unjudged, lambda m: m is distinct from failed_milestone)) as milestone
  from held
  union all by name
  select * exclude (missing, unjudged, violations, error_class), 'violation' as kind, unnest(violations) as milestone
  from held
)
select transaction_no, workflow, transaction_id, site, state, kind, milestone, error_class, null::varchar as group_key, since_ns
from told
where (getvariable('kind') is null or kind = getvariable('kind'))
  and (getvariable('workflow') is null or workflow = getvariable('workflow'))
  and (getvariable('milestone') is null or milestone = getvariable('milestone'))
  and (getvariable('error_class') is null or error_class = getvariable('error_class'))
  and (getvariable('site') is null or site = getvariable('site'))
