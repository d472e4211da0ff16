-- one row per transaction as of the moment: its facts, what is open in it, its state
create or replace view transaction_states as
select
  f.*,
  o.missing, o.unjudged, o.next_due_ns, o.failure, o.bad_since_ns, o.unjudged_since_ns,
  coalesce(o.is_overdue, false) as is_overdue,
  coalesce(o.is_unjudged, false) as is_unjudged,
  case
    when f.is_cancelled then 'cancelled'
    when f.is_abandoned then 'abandoned'
    when o.is_failed then 'failed'
    when f.is_complete then 'complete'
    else 'in_progress' end as state,
  f.is_complete and not f.has_open_errors as is_settled   -- time alone changes nothing in it
from facts f
left join open_steps_then o using (transaction_no);
