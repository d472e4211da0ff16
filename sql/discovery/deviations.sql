-- one row per workflow and way in which variants asked about are not as it is defined, the most frequent first; three examples, the newest first
select
  d.workflow, d.kind, d.milestone,
  sum(v.transactions)::bigint as transactions,
  count(*) as variants,
  list_transform(list_sort(flatten(list(v.newest)), 'DESC')[:3], lambda each: each.id) as examples
from ran_deviations d
join ran_variants v using (workflow, variant)
group by d.workflow, d.kind, d.milestone
order by d.workflow, transactions desc, d.kind, d.milestone
