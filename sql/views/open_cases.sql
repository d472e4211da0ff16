-- one row per transaction that is failed, and per milestone that is missing in one that is not: what needs somebody as of the moment. Only those
-- with open steps are looked at, which are few
create or replace view open_cases as
with trouble as (
  select f.workflow, f.transaction_id, f.site, f.start_ns, o.transaction_no, o.is_failed, o.missing, o.failure
  from open_steps_then o
  join open_now f using (transaction_no)
  where (o.is_failed or o.is_overdue) and not f.is_cancelled and not f.is_abandoned
)
select
  'failed' as kind, workflow, failure.milestone as milestone, failure.error_class as error_class, site, transaction_id,
  failure.first_error_ns as since_ns, failure.last_error_ns as last_ns,
  failure.last_error_no as last_error_no,   -- the event
  failure.error_code as error_code
from trouble
where is_failed
union all
select 'missing', t.workflow, t.milestone, null, t.site, t.transaction_id, coalesce(s.due_ns, s.opened_ns, t.start_ns), coalesce(s.due_ns, s.opened_ns, t.start_ns), null, null
from (select *, unnest(missing) as milestone from trouble where not is_failed) t
join open_steps s on s.transaction_no = t.transaction_no and s.milestone = t.milestone;
