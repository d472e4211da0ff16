-- one row per violation as of the moment, and transaction it names
with
said as materialized (
  select v.*, d.severity, row_number() over () as row_no
  from violations v
  join def_rules d using (rule)
),
shown as (
  select s.row_no, list_sort(list(e.event_id)) as evidence
  from (select row_no, unnest(evidence) as event_no from said) s
  join evidence_events e using (event_no)
  group by s.row_no
)
select
  rule, severity, kind, key, workflow, transaction_id, site,
  utc(from_ns) as from_time,
  quantity, value, currency, detail, coalesce(h.evidence, []) as evidence
from said
left join shown h using (row_no)
order by rule, kind, key, from_ns, workflow, transaction_id, detail
