-- one row per workflow, milestone and error class that transactions are failed with
select workflow, milestone, error_class, transactions
from failures
order by workflow, milestone, error_class
