-- one row per order of a type, or per milestone, that fell due in the period, the newest first; `cases`: how many there are in all
with
listed as materialized (
  select p.*, coalesce(s.timezone, e.timezone) as timezone
  from promised p
  left join (select site, timezone from def_sites where site <> '') s using (site)
  cross join (select timezone from def_sites where site = '') e
  where (p.order_type = $order_type or (p.workflow = $workflow and p.milestone = $milestone))
    and p.due_ns >= getvariable('from_ns') and p.due_ns < getvariable('to_ns')
    and ($site is null or p.site = $site)
    and ($outcome is null or p.outcome = $outcome)
)
select *, (select count(*) from listed) as cases
from listed
order by due_ns desc, id
limit $stop::bigint - $start::bigint offset $start::bigint
