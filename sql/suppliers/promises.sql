-- one row per promised time of the partner asked about that counts so ($counted: as `kept`, `broken`, `whole` or `not_whole`; null: any), what was not
-- kept first; `promises`: how many there are in all
with listed as materialized (
  from asked_promises
  where case $counted
    when 'kept' then on_time = 'kept'
    when 'broken' then on_time in ('late', 'missing')
    when 'whole' then on_time = 'kept' and in_full = 'kept'
    when 'not_whole' then on_time in ('late', 'missing') or in_full in ('late', 'missing')
    else true end
)
select p.*, coalesce(s.timezone, e.timezone) as timezone, (select count(*) from listed) as promises
from listed p
left join def_sites s on s.site = p.site
cross join (select timezone from def_sites where site = '') e
order by
  p.on_time in ('late', 'missing') desc, coalesce(p.in_full in ('late', 'missing'), false) desc, p.promised_ns desc, p.workflow, p.transaction_id
limit $stop::bigint - $start::bigint offset $start::bigint
