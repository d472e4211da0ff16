-- one row per workflow, milestone and error class: how many transactions are failed there
create or replace view failures as
select
  workflow,
  failed_milestone as milestone,
  error_class,
  count(*) as transactions
from transactions
where state = 'failed'
group by all;
