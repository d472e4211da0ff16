-- one row per step that is waited for from the partner asked about itself (its system is the supplier) and has not come, the longest due first
select t.workflow, w.title, t.transaction_id, t.site, coalesce(s.timezone, e.timezone) as timezone, o.milestone, o.system, o.opened_ns, o.due_ns,
  case when o.is_judged then 'missing' else 'unjudged' end as state,
  list_filter(w.steps, lambda s: s.milestone = o.milestone)[1].event_type as event_type
from judged_steps o
join asked_transactions t using (transaction_no)
join def_workflows w using (workflow)
left join def_sites s on s.site = t.site
cross join (select timezone from def_sites where site = '') e
where o.system = 'supplier' and o.is_wanting
order by o.due_ns nulls last, t.workflow, t.transaction_id, o.milestone
