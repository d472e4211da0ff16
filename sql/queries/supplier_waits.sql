-- one row per step that is waited for from one partner itself (its system is the supplier) and has not come, the longest due first
select x.workflow, w.title, x.transaction_id, x.site, t.timezone, x.milestone, x.system, x.opened_ns, x.due_ns, x.state,
  list_filter(w.steps, lambda step: step.milestone = x.milestone)[1].event_type as event_type
from expectations x
join transactions t using (workflow, transaction_id)
join def_workflows w using (workflow)
where t.partner = $partner and x.system = 'supplier' and x.state <> 'open'
order by x.due_ns nulls last, x.workflow, x.transaction_id, x.milestone
