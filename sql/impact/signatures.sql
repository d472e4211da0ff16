-- one row per signature and site of what is failed, with when it was first and last seen
select
  signature, site, workflow, milestone, error_class, error_code,
  count(distinct transaction_no) as transactions,
  min(first_ns) as first_ns,
  max(last_ns) as last_ns
from signatures
group by all
order by workflow, milestone, error_class, signature, site
