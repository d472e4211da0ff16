-- one row per transaction and step that failed so that somebody had to act: failed now, or got through since
create or replace temp table acted as
with
open as (
  select t.transaction_no, t.workflow, t.transaction_id, t.site, s.step as step, true as is_open
  from open_transactions t
  join (select workflow, unnest(steps) as s from def_workflows) w on w.workflow = t.workflow and w.s.milestone = t.failed_milestone
  where t.state = 'failed'
),
mended as (
  select transaction_no, workflow, transaction_id, site, e.key as step, false as is_open
  from (select transaction_no, workflow, transaction_id, site, unnest(map_entries(tries)) as e from facts where is_recovered and not is_cancelled)
  where e.value.is_recovered
)
from open
union all by name
from mended;

create or replace temp table scope as select distinct workflow, transaction_id from acted;
