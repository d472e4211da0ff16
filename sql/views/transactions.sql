-- one row per transaction in these states: how it stands, and what lists show beside that
create or replace macro worded(states) as table
select
  s.workflow,
  s.transaction_id,
  s.site,
  coalesce(d.timezone, (select timezone from def_sites where site = '')) as timezone,
  s.state,
  s.status,
  s.is_open,
  s.is_overdue,
  s.is_late,
  s.state = 'in_progress' and s.has_open_errors as is_retrying,
  s.is_self_healed,
  s.is_recovered,
  s.is_inconsistent,
  s.is_unjudged,
  s.violations,
  s.start_ns,
  s.last_event_ns,
  coalesce(s.missing, []) as missing,
  coalesce(s.unjudged, []) as unjudged,
  case when s.is_late
    then list_sort(list_transform(list_filter(w.steps, lambda step: s.reached[step.step] > s.due[step.step]), lambda step: step.milestone))
    else [] end as late,
  s.next_due_ns,
  case when s.state = 'failed' then s.failure.milestone end as failed_milestone,
  case when s.state = 'failed' then s.failure.error_class end as error_class,
  case when s.state = 'failed' then s.failure.first_error_ns end as failed_since_ns,
  case when s.state = 'failed' then s.failure.last_error_ns end as failed_last_ns,
  s.failed_attempts,
  s.pace_reached_ns,
  s.pace_ns,
  s.partner,
  s.variant,
  is_over(s.is_complete, s.is_cancelled, s.is_abandoned) as is_over,
  s.object_key,
  s.transaction_no
from statuses_of(states) s
join def_workflows w using (workflow)
left join def_sites d on d.site = s.site;

-- one row per transaction as of the moment
create or replace view transactions as from worded('transaction_states');

-- those that time alone may still change, and with them all that are open: they lie together, so that a million that are settled need not be
-- looked through. What was abandoned with steps to come is among them
create or replace view open_transactions as from worded('open_states');
