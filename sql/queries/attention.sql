-- one row per group that needs somebody: failed, or missing, by workflow, milestone, class and site, or violations of a rule by site; the most
-- critical and largest first
with
open_cases as (
  select 'failed' as kind, workflow, failed_milestone as milestone, error_class, site, transaction_id, failed_since_ns as since_ns, failed_last_ns as last_ns
  from transactions
  where state = 'failed'
  union all
  select 'missing', workflow, milestone, null, site, transaction_id, coalesce(due_ns, opened_ns, start_ns), coalesce(due_ns, opened_ns, start_ns)
  from expectations
  where state = 'missing' and transaction_state <> 'failed'
),
grouped as (
  select
    kind, workflow, milestone, error_class, site,
    count(*) as transactions,
    min(since_ns) as first_ns,
    max(last_ns) as last_ns,
    arg_max(transaction_id, last_ns) as example_id
  from open_cases
  where ($site is null or site = $site)
    -- not what a person parked or closed since
    and not coalesce(last_ns <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', kind, workflow, transaction_id, milestone)], false)
  group by all
),
violated as (
  -- what they name is counted once, however many transactions that are
  select
    rule, site, count(distinct {kind: kind, key: key, from_ns: from_ns, detail: detail}) as violations, min(from_ns) as first_ns, max(from_ns) as last_ns,
    arg_max({key: key, detail: detail}, {ns: from_ns, key: key}) as newest
  from violations v
  where ($site is null or site = $site)
    -- what has failed, or has not come, is listed as that
    and not (v.waits_for is not null and exists (
      from transactions t where t.transaction_no = v.transaction_no and (t.state = 'failed' or t.is_overdue)))
  group by all
),
listed as (
  select g.*, w.title, w.object_type, w.owner, w.criticality, w.place, null as detail
  from grouped g
  join def_workflows w using (workflow)
  union all by name
  select
    'violation' as kind, null as workflow, v.rule as milestone, null as error_class, v.site, v.violations as transactions, v.first_ns, v.last_ns,
    v.newest.key as example_id, d.sentence as title, d.owner, d.severity as criticality, d.place, v.newest.detail as detail
  from violated v
  join def_rules d using (rule)
),
shown as (
  from listed
  order by list_position(['critical', 'important', 'routine'], criticality), list_position(['failed', 'violation', 'missing'], kind), transactions desc,
    place, milestone, site
  limit $limit
),
examples as (
{example_texts})
select
  s.kind, s.workflow, s.title, s.milestone, s.error_class, s.site, s.transactions, s.first_ns, s.last_ns, s.example_id,
  coalesce(s.detail, e.example_text) as example_text, s.owner, s.criticality
from shown s
left join examples e using (workflow, milestone, error_class, example_id)
order by list_position(['critical', 'important', 'routine'], s.criticality), list_position(['failed', 'violation', 'missing'], s.kind), s.transactions desc,
  s.place, s.milestone, s.site
