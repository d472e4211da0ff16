-- one row per transaction with open steps, as of the moment: what is missing, what cannot be judged, what has failed
create or replace view open_steps_then as
with judged as (
  select
    o.*,
    coalesce(o.due_ns < getvariable('as_of'), false) as is_due,
    o.is_required and (coalesce(o.due_ns < getvariable('as_of'), false) or o.behind_ns is not null) as is_wanting,
    -- the feed it would come from is known to be complete up to its due time, or to the moment something overtook it
    coalesce(o.due_ns < getvariable('as_of') and o.due_ns <= coalesce(m.watermark_ns, a.watermark_ns, getvariable('default_mark')), false)
      or coalesce(o.behind_ns <= coalesce(m.watermark_ns, a.watermark_ns, getvariable('default_mark')), false) as is_judged,
    coalesce(o.failed_from_ns < getvariable('as_of'), false) as is_failed,
    least(case when o.due_ns < getvariable('as_of') then o.due_ns end, o.behind_ns) as wanting_since_ns
  from open_steps o
  left join watermarks m on m.system = o.system and m.site = coalesce(o.site, '')
  left join system_watermarks a on a.system = o.system
)
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
from judged
group by transaction_no;
