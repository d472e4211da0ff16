-- one row per transaction in these states: its state, its flags, the violations that name it, the one word for the screen
create or replace macro statuses_of(states) as table
select
  t.*,
  coalesce(v.violations, []) as violations,
  case
    when t.state in ('cancelled', 'abandoned', 'failed') then t.state
    when t.is_inconsistent or len(v.violations) > 0 then 'inconsistent'
    when t.is_unjudged then 'unjudged'
    when t.is_overdue then 'overdue'
    when t.is_late then 'late'
    when t.state = 'in_progress' and t.has_open_errors then 'retrying'
    else t.state end as status,
  t.state not in ('cancelled', 'abandoned', 'complete') as is_open
from query_table(states) t
left join violated_transactions v using (transaction_no);
