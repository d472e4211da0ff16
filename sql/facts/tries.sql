-- one row per transaction and step with failed attempts: how they went, and what they mean
create or replace temp table tries as
with
attempts as (
  select
    m.transaction_no, m.step, t.reached[m.step] as reached_ns, w.grace_ns,
    list({ns: m.event_ns, attempt: m.attempt, id: m.event_id, class: m.error_class, code: m.error_code, dead: m.dead_letter, no: m.event_no}) as said
  from crooked m
  join stated t using (transaction_no)
  join def_workflows w on w.workflow = m.workflow
  where m.is_error and m.step > 0
  group by all
),
ordered as (
  -- what a person said here of the step is no attempt at it
  select * replace (list_sort(said) as said), list_sort(list_filter(said, lambda e: not is_remark(e.code))) as errors from attempts
),
split as (
  -- only the attempts before success decide whether it healed by itself
  select *, list_filter(errors, lambda e: reached_ns is null or e.ns < reached_ns) as before
  from ordered
),
timed as (
  select *, list_append(list_transform(before[2:], lambda e: e.ns), reached_ns) as next_ns
  from split
),
judged as (
  select
    *,
    errors[-1] as last,
    len(list_filter(before, lambda e: e.dead or e.class <> 'transient')) > 0
      or len(list_filter(before, lambda e, n: next_ns[n] - e.ns > grace_ns)) > 0 as is_acted
  from timed
)
select
  transaction_no,
  step,
  len(errors)::integer as attempts,
  errors[1].ns as first_error_ns,
  last.ns as last_error_ns,
  last.class as error_class,
  last.code as error_code,
  last.no as last_error_no,
  case
    when reached_ns is not null then null
    when last.class <> 'transient' or len(list_filter(errors, lambda e: e.dead)) > 0 then last.ns - 1
    else last.ns + grace_ns end as failed_from_ns,
  -- closed by a person, no further processing: in the source (idoc 31 and 68), or here
  reached_ns is null and coalesce(said[-1].code in ('idoc:31', 'idoc:68', 'syncline:closed'), false) as is_abandoned,
  reached_ns is not null and len(before) > 0 and not is_acted as is_self_healed,
  reached_ns is not null and len(before) > 0 and is_acted as is_recovered
from judged
