-- one row per workflow and way in which variants asked about are not as it is defined, the most frequent first; three examples, the newest first
select
  d.workflow, d.kind, d.milestone,
  sum(v.transactions)::bigint as transactions,
  count(*) as variants,
  list(v.example_id order by v.newest_ns desc, v.example_id)[:3] as examples
from ran_deviations d
join ran_variants v using (workflow, variant)
group by d.workflow, d.kind, d.milestone
order by d.workflow, transactions desc, d.kind, d.milestone
