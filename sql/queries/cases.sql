-- one row per case of a metric, the furthest past its due time first; `cases`: how many there are in all;
-- `not_counted`: why, and by whose word, it leaves the adjusted figures
with
listed as materialized (
  select
    workflow, title, transaction_id, site, coalesce(s.timezone, e.timezone) as timezone, milestone, from_ns, to_ns, due_ns, outcome,
    measured_ns / 1e9 as seconds,
    exclusion.reason || ' (' || exclusion.author || ')' as not_counted
  from asked_cases($metric, $site, $workflow, $partner, $reached, $by_due)
  join (select workflow, title from def_workflows) using (workflow)
  left join (select site, timezone from def_sites where site <> '') s using (site)
  cross join (select timezone from def_sites where site = '') e
  where $outcome is null or outcome = $outcome
)
select *, (select count(*) from listed) as cases
from listed
order by coalesce(to_ns, getvariable('as_of')) - due_ns desc nulls last, from_ns desc, workflow, transaction_id, milestone
limit $stop::bigint - $start::bigint offset $start::bigint
