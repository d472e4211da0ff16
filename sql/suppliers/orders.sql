-- one row per open transaction with the partner asked about, the earliest due first; `orders`: how many there are in all
select t.workflow, w.title, t.transaction_id, t.site, coalesce(s.timezone, e.timezone) as timezone, t.status, t.next_due_ns,
  (select count(*) from asked_transactions where is_open) as orders
from asked_transactions t
join def_workflows w using (workflow)
left join def_sites s on s.site = t.site
cross join (select timezone from def_sites where site = '') e
where t.is_open
order by t.next_due_ns nulls last, t.workflow, t.transaction_id
limit $stop::bigint
