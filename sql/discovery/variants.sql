-- one row per variant asked about, the most frequent first: its share of the workflow, and how it is not as the workflow is defined
select
  v.workflow, v.variant, v.transactions, v.over, v.seconds, v.newest_ns, v.newest[1].id as example_id,
  v.transactions / t.transactions as share,
  coalesce(list({kind: d.kind, milestone: d.milestone} order by d.step, d.kind) filter (where d.kind is not null), []) as deviations
from ran_variants v
join (select workflow, sum(transactions) as transactions from ran_variants group by workflow) t using (workflow)
left join ran_deviations d using (workflow, variant)
group by all
order by v.workflow, v.transactions desc, v.variant
limit $limit
