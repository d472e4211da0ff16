-- how these transactions stand
select transaction_no, status
from transactions
where transaction_no in ({numbers})
