-- leaves in `troubled` these cases only
create or replace temp table troubled as
select t.*
from troubled t
semi join (
  select unnest($kind::varchar[]) as kind, unnest($workflow::varchar[]) as workflow, unnest($transaction_id::varchar[]) as transaction_id,
    unnest($milestone::varchar[]) as milestone
) c using (kind, workflow, transaction_id, milestone)
