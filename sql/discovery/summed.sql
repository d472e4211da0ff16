-- one row per workflow asked about: how many transactions and variants, how many of the transactions are over, and how many ran as defined
select
  workflow,
  sum(transactions)::bigint as transactions,
  count(*) as variants,
  sum(over)::bigint as over,
  coalesce(sum(transactions) filter (where (workflow, variant) not in (select workflow, variant from ran_deviations)), 0)::bigint as conforming
from ran_variants
group by workflow
order by workflow
