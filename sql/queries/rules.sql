-- one row per rule: what it says, why it is not checked, and what it finds, now and at the same hour of the days before (`days`, the oldest first)
with
seen as (
  select distinct rule, kind, key, from_ns, until_ns, detail
  from kept_violations
  where may_see(site) and ($site is null or site = $site)
),
days as (
  select unnest(range($days - 1, 0, -1)) as ago
),
history as (
  select d.rule, a.ago, count(s.rule) as violations
  from def_rules d
  cross join days a
  left join seen s
    on s.rule = d.rule
    and s.from_ns < getvariable('as_of') - a.ago * 86400000000000
    and (s.until_ns is null or s.until_ns > getvariable('as_of') - a.ago * 86400000000000)
  group by all
),
found as (
  select
    rule,
    count(distinct {kind: kind, key: key, from_ns: from_ns, detail: detail}) as violations,
    count(distinct {workflow: workflow, id: transaction_id}) filter (where transaction_id is not null) as transactions,
    list_sort(list(distinct site) filter (where site is not null)) as sites,
    min(from_ns) as first_ns,
    max(from_ns) as last_ns
  from violations
  where $site is null or site = $site
  group by rule
)
select
  d.rule, d.sentence, d.why, d.severity, d.owner, t.unchecked, t.untold,
  coalesce(f.violations, 0) as violations, coalesce(f.transactions, 0) as transactions, coalesce(f.sites, []) as sites, f.first_ns, f.last_ns,
  list_append(
    coalesce((select list(h.violations order by h.ago desc) from history h where h.rule = d.rule), []), coalesce(f.violations, 0)) as days
from def_rules d
join rules_then t using (rule)
left join found f using (rule)
order by t.unchecked is not null, coalesce(f.violations, 0) = 0, list_position(['critical', 'important', 'routine'], d.severity),
  coalesce(f.violations, 0) desc, d.place
