-- one row per workflow, milestone and error class that transactions are failed with as of the moment
with
grouped as (
  select
    workflow, failed_milestone as milestone, error_class,
    count(*) as transactions,
    list_sort(list(distinct site) filter (where site is not null)) as sites,
    min(failed_since_ns) as first_ns,
    max(failed_last_ns) as last_ns,
    arg_max(transaction_id, failed_last_ns) as example_id
  from transactions
  where state = 'failed' and ($site is null or site = $site)
    -- not what a person parked or closed after its last attempt
    and not coalesce(failed_last_ns <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', 'failed', workflow, transaction_id, failed_milestone)], false)
  group by all
),
shown as (
  select g.*, w.title, w.object_type, w.owner, w.criticality, w.place
  from grouped g
  join def_workflows w using (workflow)
),
examples as (
{example_texts})
select
  s.workflow, s.title, s.milestone, s.error_class, s.transactions, coalesce(s.sites, []) as sites, s.first_ns, s.last_ns, s.example_id, e.example_text,
  s.owner, s.criticality
from shown s
left join examples e using (workflow, milestone, error_class, example_id)
order by list_position(['critical', 'important', 'routine'], s.criticality), s.transactions desc, s.place, s.milestone, s.error_class
