-- one row per transaction as of the moment
select
  workflow, transaction_id, site, state, status,
  is_overdue, is_late, is_retrying, is_self_healed, is_recovered, is_inconsistent, is_unjudged, violations,
  utc(start_ns) as start_time,
  utc(last_event_ns) as last_event_time,
  map_from_entries(list_transform(list_filter(steps, lambda s: s.reached_ns is not null), lambda s: {k: s.milestone, v: utc(s.reached_ns)})) as reached,
  missing, unjudged, late,
  utc(next_due_ns) as next_due_time,
  failed_milestone, error_class, failed_attempts
from transactions
join transaction_steps using (transaction_no)
order by workflow, transaction_id
