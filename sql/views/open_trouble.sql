-- one row per transaction and step of it that is in trouble as of the moment: the first it failed at (`failed`), and each that has not come (`missing`)
-- or cannot be judged (`unjudged`). Of what a person closed too (is_abandoned). Numbers and single words only: lists and structs take most of the time
create or replace view open_trouble as
with
wanted as (
  select
    transaction_no, step, milestone, is_failed, is_wanting and is_judged as is_missing, is_wanting and not is_judged as is_unjudged,
    coalesce(due_ns, opened_ns) as awaited_ns, wanting_since_ns, failed_from_ns, first_error_ns, last_error_ns, last_error_no, error_class, error_code
  from judged_steps
  where is_failed or is_wanting
),
whole as (
  select
    transaction_no, min(step) filter (where is_failed) as failed_step,
    least(min(wanting_since_ns) filter (where is_missing), min(failed_from_ns + 1) filter (where is_failed)) as bad_since_ns
  from wanted
  group by transaction_no
)
select
  w.transaction_no, n.workflow, n.transaction_id, n.site, n.is_abandoned,
  case when f.failed_step is not null then 'failed' when n.is_complete then 'complete' else 'in_progress' end as state,
  case when w.step = f.failed_step then 'failed' when w.is_missing then 'missing' else 'unjudged' end as kind,
  w.is_missing, w.milestone, f.bad_since_ns, coalesce(w.awaited_ns, n.start_ns) as awaited_ns, w.first_error_ns, w.last_error_ns, w.last_error_no,
  w.error_class, w.error_code
from wanted w
join whole f using (transaction_no)
join open_now n using (transaction_no)
where w.step = f.failed_step or w.is_missing or w.is_unjudged;
