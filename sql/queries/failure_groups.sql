-- one row per workflow, milestone and error class that transactions are failed with as of the moment
with
weighed as (
  -- what a person parked or closed, and did not fail again since, is counted apart
  select
    *,
    coalesce(last_ns <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', kind, workflow, transaction_id, milestone)], false) as is_settled,
    not is_settled or getvariable('also_settled') as is_listed
  from cases_now
  where ($site is null or site = $site) and kind = 'failed'
),
grouped as (
  select
    workflow, milestone, error_class,
    count(*) filter (where is_listed) as transactions,
    count(*) filter (where is_settled) as settled,
    list_sort(list(distinct site) filter (where is_listed and site is not null)) as sites,
    min(since_ns) filter (where is_listed) as first_ns,
    max(last_ns) filter (where is_listed) as last_ns,
    arg_max({id: transaction_id, event_no: last_error_no}, last_ns) filter (where is_listed) as example
  from weighed
  group by all
),
shown as (
  select g.*, w.title, w.owner, w.criticality, w.place
  from grouped g
  join def_workflows w using (workflow)
)
select
  s.workflow, s.title, s.milestone, s.error_class, s.transactions, s.settled, coalesce(s.sites, []) as sites, s.first_ns, s.last_ns, s.example.id as example_id,
  coalesce(e.error_text, e.error_type) as example_text, s.owner, s.criticality
from shown s
left join events e on e.event_no = s.example.event_no
order by list_position(['critical', 'important', 'routine'], s.criticality), s.transactions desc, s.place, s.milestone, s.error_class
