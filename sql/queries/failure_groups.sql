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
  group by all
),
shown as (
  select g.*, w.title, w.object_type, w.owner, w.criticality, w.place
  from grouped g
  join def_workflows w using (workflow)
),
examples as (
  select s.workflow, s.milestone, s.error_class, arg_max(e.error_text, e.event_ns) as example_text
  from shown s
  join named_objects o on o.object_key = object_key(s.object_type, s.example_id) and o.object_type = s.object_type and o.object_id = s.example_id
  join events e on e.event_no = o.event_no
  where e.is_error and e.error_class = s.error_class and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
  group by all
)
select
  s.workflow, s.title, s.milestone, s.error_class, s.transactions, coalesce(s.sites, []) as sites, s.first_ns, s.last_ns, s.example_id, e.example_text,
  s.owner, s.criticality
from shown s
left join examples e using (workflow, milestone, error_class)
order by list_position(['critical', 'important', 'routine'], s.criticality), s.transactions desc, s.place, s.milestone, s.error_class
