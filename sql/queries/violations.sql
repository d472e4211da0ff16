-- one row per violation of a rule, the newest first, and in each how many there are in all; the transactions it names, and the events that show it.
-- Those that stand; of those that began from $from_ns until before $to_ns also what is over since `until_ns`
with
found as materialized (
  select
    kind, key, from_ns, detail,
    case when not bool_or(is_standing) then max(until_ns) end as until_ns,
    any_value(site order by site) as site,
    max(quantity) as quantity,
    max(value) as value,
    max(currency) as currency,
    max(evidence) as evidence,
    list_sort(list(distinct {workflow: workflow, transaction_id: transaction_id}) filter (where transaction_no is not null)) as transactions
  from seen_violations
  where rule = $rule and ($site is null or site = $site)
    and case when $from_ns::bigint is null then is_standing else from_ns >= $from_ns and from_ns < $to_ns end
  group by all
),
shown as (
  select *, (select count(*) from found) as violations
  from found
  order by from_ns desc, kind, key, detail
  limit $stop - $start offset $start
),
told as (
  select s.kind, s.key, s.from_ns, s.detail,
    list({event_type: e.event_type, system: e.system, event_ns: e.event_ns, event_id: e.event_id, trace_id: e.trace_id}
      order by e.event_ns, e.attempt, e.event_id) as events
  from (select kind, key, from_ns, detail, unnest(evidence) as event_no from shown) s
  join evidence_events e using (event_no)
  group by all
)
select
  s.kind, s.key, s.from_ns, s.until_ns, s.detail, s.site, coalesce(d.timezone, (select timezone from def_sites where site = '')) as timezone,
  s.quantity, s.value, s.currency, coalesce(s.transactions, []) as transactions, coalesce(t.events, []) as events, s.violations
from shown s
left join told t using (kind, key, from_ns, detail)
left join def_sites d on d.site = s.site
order by s.from_ns desc, s.kind, s.key, s.detail
