-- one row per group that needs somebody and site, and of it one more per supplier: how many cases, since when, whose suppliers, and the transaction it
-- began with; a case is of the supplier that its transaction named last
with
told as (
  select
    k.kind, k.signature, k.workflow, k.milestone, k.error_class, k.error_code, k.words, k.site, f.partner as supplier, grouping(f.partner) = 1 as is_whole,
    count(distinct k.transaction_no) as cases, min(k.first_ns) as first_ns, max(k.last_ns) as last_ns,
    arg_min({id: k.transaction_id, event_no: k.failed_event_no}, {ns: k.first_ns, id: k.transaction_id}) as first,
    list_slice(list_sort(coalesce(list(distinct f.partner) filter (where f.partner is not null), [])), 1, 50) as partners
  from keyed k
  left join open_now f using (transaction_no)
  where k.kind <> 'violation'
  group by grouping sets (
    (k.kind, k.signature, k.workflow, k.milestone, k.error_class, k.error_code, k.words, k.site),
    (k.kind, k.signature, k.workflow, k.milestone, k.error_class, k.error_code, k.words, k.site, f.partner))
  having is_whole or supplier is not null
),
violated as (
  -- what they name is counted once, however many transactions that are; what has failed, or has not come, is told as that
  select
    v.rule, v.site, count(distinct {kind: v.kind, key: v.key, from_ns: v.from_ns, detail: v.detail}) as cases, min(v.from_ns) as first_ns,
    max(v.from_ns) as last_ns
  from violations v
  where not (v.waits_for is not null and v.transaction_no in (
    select transaction_no from trouble_now where is_missing or (kind = 'failed' and not is_abandoned)))
  group by all
)
select
  t.kind, t.signature, t.workflow, t.milestone, t.error_class, t.error_code, coalesce(e.error_text, e.error_type, t.words) as words, t.site, t.cases,
  t.first_ns, t.last_ns, t.first.id as first_id, t.supplier, t.partners,
  w.title, w.owner, w.criticality, list_filter(w.steps, lambda s: s.milestone = t.milestone)[1] as step
from told t
join def_workflows w using (workflow)
left join events e on e.event_no = t.first.event_no
union all by name
select
  'violation' as kind, null as workflow, v.rule as milestone, v.site, v.cases, v.first_ns, v.last_ns, [] as partners, d.sentence as title, d.owner,
  d.severity as criticality
from violated v
join def_rules d using (rule)
order by kind, workflow, milestone, signature, site, supplier nulls first
