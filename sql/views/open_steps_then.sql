-- one row per transaction with open steps, as of the moment: what is missing, what cannot be judged, what has failed
create or replace view open_steps_then as
select
  transaction_no,
  list_sort(coalesce(list(milestone) filter (where is_wanting and is_judged), [])) as missing,
  list_sort(coalesce(list(milestone) filter (where is_wanting and not is_judged), [])) as unjudged,
  bool_or(is_wanting and is_judged) as is_overdue,
  bool_or(is_wanting and not is_judged) as is_unjudged,
  min(due_ns) as next_due_ns,
  least(min(wanting_since_ns) filter (where is_wanting and is_judged), min(failed_from_ns + 1) filter (where is_failed)) as bad_since_ns,
  min(wanting_since_ns) filter (where is_wanting and not is_judged) as unjudged_since_ns,
  bool_or(is_failed) as is_failed,
  arg_min({milestone: milestone, error_class: error_class, error_code: error_code, first_error_ns: first_error_ns, last_error_ns: last_error_ns, last_error_no: last_error_no,
    step: step}, step)
    filter (where is_failed) as failure
from judged_steps
group by transaction_no;
