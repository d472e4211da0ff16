-- one row per rule: what it says, why it is not checked, what it finds, and how many violations began on each of the days between $edges (`days`, the
-- oldest first), also what is over since
with
days as (
  select day, ($edges::bigint[])[day] as from_ns, ($edges::bigint[])[day + 1] as to_ns
  from range(1, len($edges::bigint[])) t(day)
),
history as (
  select d.rule, y.day, count(distinct {kind: v.kind, key: v.key, from_ns: v.from_ns, detail: v.detail}) filter (where v.rule is not null) as violations
  from def_rules d
  cross join days y
  left join (from seen_violations where ($site is null or site = $site)) v
    on v.rule = d.rule and v.from_ns >= y.from_ns and v.from_ns < y.to_ns
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
  coalesce((select list(h.violations order by h.day) from history h where h.rule = d.rule), []) as days
from def_rules d
join rules_then t using (rule)
left join found f using (rule)
order by t.unchecked is not null, coalesce(f.violations, 0) = 0, list_position(['critical', 'important', 'routine'], d.severity),
  coalesce(f.violations, 0) desc, d.place
