-- one row: the numbers of the transactions in `bad_cases` that broke their promise at this step, for this reason
select coalesce(list(transaction_no), []) as numbers
from broken_steps('bad_cases')
where broken_milestone = $milestone and why = $why
