-- one row per order whose promised time fell since `from_ns`, of one partner, what was not kept first; `promises`: how many there are in all
with listed as materialized (
  select p.*, coalesce(s.timezone, e.timezone) as timezone
  from supplier_promises p
  left join def_sites s on s.site = p.site
  cross join (select timezone from def_sites where site = '') e
  where p.partner = $partner and p.promised_ns >= getvariable('from_ns')
)
select *, (select count(*) from listed) as promises
from listed
order by on_time in ('late', 'missing') desc, coalesce(in_full in ('late', 'missing'), false) desc, promised_ns desc, workflow, transaction_id
limit $stop::bigint
