-- one row per group that needs somebody: failed, or missing, by workflow, milestone, class and site; the most critical and largest first
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
  where $site is null or site = $site
  group by all
),
shown as (
  select g.*, w.title, w.object_type, w.owner, w.criticality, w.place
  from grouped g
  join def_workflows w using (workflow)
  order by list_position(['critical', 'important', 'routine'], w.criticality), (g.kind = 'missing'), g.transactions desc, w.place, g.milestone, g.site
  limit $limit
),
examples as (
{example_texts})
select
  s.kind, s.workflow, s.title, s.milestone, s.error_class, s.site, s.transactions, s.first_ns, s.last_ns, s.example_id, e.example_text, s.owner, s.criticality
from shown s
left join examples e using (workflow, milestone, error_class, example_id)
order by list_position(['critical', 'important', 'routine'], s.criticality), (s.kind = 'missing'), s.transactions desc, s.place, s.milestone, s.site
