-- one row per step that is waited for from one partner itself (its system is the supplier) and has not come, the longest due first
select t.workflow, w.title, t.transaction_id, t.site, t.timezone, o.milestone, o.system, o.opened_ns, o.due_ns,
  case when list_contains(t.missing, o.milestone) then 'missing' else 'unjudged' end as state,
  list_filter(w.steps, lambda s: s.milestone = o.milestone)[1].event_type as event_type
from open_transactions t
join open_steps o using (transaction_no)
join def_workflows w using (workflow)
where t.partner = $partner and o.system = 'supplier'
  and (list_contains(t.missing, o.milestone) or list_contains(t.unjudged, o.milestone))
order by o.due_ns nulls last, t.workflow, t.transaction_id, o.milestone
