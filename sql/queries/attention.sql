-- one row per group that needs somebody: failed, or missing, by workflow, milestone, class and site, or violations of a rule by site; the most
-- critical and largest first
with
weighed as (
  -- what a person parked or closed, and did not fail again since, is counted apart
  select
    *,
    coalesce(last_ns <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', kind, workflow, transaction_id, milestone)], false) as is_settled,
    not is_settled or getvariable('also_settled') as is_listed
  from cases_now
  where ($site is null or site = $site)
),
grouped as (
  select
    kind, workflow, milestone, error_class, site,
    count(*) filter (where is_listed) as transactions,
    count(*) filter (where is_settled) as settled,
    min(since_ns) filter (where is_listed) as first_ns,
    max(last_ns) filter (where is_listed) as last_ns,
    arg_max({id: transaction_id, event_no: last_error_no}, last_ns) filter (where is_listed) as example,
    list_sort(coalesce(list(distinct error_code) filter (where is_listed and error_code is not null), [])) as codes
  from weighed
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
    and not (v.waits_for is not null and v.transaction_no in (
      select transaction_no from trouble_now where is_missing or (kind = 'failed' and not is_abandoned)))
  group by all
),
listed as (
  select g.* exclude (example), g.example.id as example_id, g.example.event_no as example_no, w.title, w.owner, w.criticality, w.place, null as detail
  from grouped g
  join def_workflows w using (workflow)
  union all by name
  select
    'violation' as kind, null as workflow, v.rule as milestone, null as error_class, v.site, v.violations as transactions, 0 as settled, v.first_ns, v.last_ns,
    v.newest.key as example_id, d.sentence as title, d.owner, d.severity as criticality, d.place, v.newest.detail as detail
  from violated v
  join def_rules d using (rule)
),
shown as (
  from listed
  order by list_position(['critical', 'important', 'routine'], criticality), list_position(['failed', 'violation', 'missing'], kind), transactions desc,
    place, milestone, site
  limit $limit
)
select
  s.kind, s.workflow, s.title, s.milestone, s.error_class, s.site, s.transactions, s.settled, s.first_ns, s.last_ns, s.example_id,
  coalesce(s.detail, e.error_text, e.error_type) as example_text, coalesce(s.codes, []) as codes, s.owner, s.criticality
from shown s
left join events e on e.event_no = s.example_no
order by list_position(['critical', 'important', 'routine'], s.criticality), list_position(['failed', 'violation', 'missing'], s.kind), s.transactions desc,
  s.place, s.milestone, s.site
