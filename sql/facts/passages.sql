-- one row per success that follows another, of transactions that are not straight (the columns of transaction_passages)
{into}
select * exclude (is_first)
from (
  select
    transaction_no,
    lag(step) over along as from_step,
    step as to_step,
    lag(event_ns) over along as from_ns,
    event_ns as to_ns,
    lag(step) over along is null as is_first
  from taken
  where not is_error
  window along as (partition by transaction_no order by place)
)
where not is_first
order by to_ns
