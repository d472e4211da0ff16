-- the relations that a rule about transactions reads
events as (
  select n.workflow as kind, n.transaction_id as key, n.transaction_no, b.step, {milestone} as milestone, {adds_up} as adds_up, {event_columns}
  from belonging b
  join numbered n using (transaction_no)
  join scoped_events e using (event_no)
  where {is_mine} and {is_looked_at}
),
transactions as (
  select
    n.workflow as kind, n.transaction_id as key, n.transaction_no, n.site, n.start_ns, n.last_event_ns, n.is_cancelled, n.is_complete, n.is_inconsistent,
    n.item, n.partner, n.customer, n.work_center, n.ordered_quantity, n.value, n.currency, n.promised_ns, n.due_ns{milestones}
  from fresh_facts n
  where {is_mine}
),
steps as (
  select
    n.workflow as kind, n.transaction_id as key, n.transaction_no, n.site, n.is_cancelled, n.is_inconsistent, s.step, s.milestone, s.event_type, s.system, s.adds_up,
    s.is_required, s.after, n.reached[s.step] as reached_ns, n.reached[s.after_step] as opened_ns, n.due[s.step] as due_ns
  from fresh_facts n
  join rule_steps s on s.workflow = n.workflow
  where {is_mine}
),
nearby as (from rule_nearby),
names as ({names}),
workflows as (select workflow, object_type from def_workflows)
