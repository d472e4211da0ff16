-- one row per open transaction with one partner, the earliest due first; `orders`: how many there are in all
with listed as materialized (
  select t.workflow, w.title, t.transaction_id, t.site, t.timezone, t.status, t.next_due_ns
  from transactions t
  join def_workflows w using (workflow)
  where t.partner = $partner and t.is_open
)
select *, (select count(*) from listed) as orders
from listed
order by next_due_ns nulls last, workflow, transaction_id
limit $stop::bigint
