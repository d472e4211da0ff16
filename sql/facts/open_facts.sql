-- one row per transaction that time alone may still change: its facts once more (the columns of transaction_open_facts)
{into}
from fresh_facts
where not is_cancelled and not (is_complete and not has_open_errors)
order by transaction_no
