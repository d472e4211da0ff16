-- one row per unreached step that is waited for, overtaken or failing (the columns of transaction_open_steps)
{into}
with
waiting as (
  select o.transaction_no, o.site, o.reached, o.due, o.tries, unnest(w.steps) as s
  from fresh_open_facts o
  join def_workflows w using (workflow)
),
told as (
  select
    *,
    case when s.is_required then reached[s.after_step] end as opened_ns,
    case when s.is_required then list_min(list_transform(s.dependents, lambda n: reached[n])) end as behind_ns,
    s.step as step,
    tries[s.step] as tried
  from waiting
  where reached[s.step] is null
)
select
  transaction_no,
  step,
  s.milestone as milestone,
  s.system as system,
  site,
  s.is_required as is_required,
  opened_ns,
  due[step] as due_ns,
  behind_ns,
  tried.failed_from_ns as failed_from_ns,
  tried.first_error_ns as first_error_ns,
  tried.last_error_ns as last_error_ns,
  tried.error_class as error_class,
  y.last_error_no as last_error_no,
  y.error_code as error_code
from told
left join tries y using (transaction_no, step)
where opened_ns is not null or behind_ns is not null or tried.attempts > 0
order by transaction_no
