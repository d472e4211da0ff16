-- the number of a transaction, found by eight bytes a row; nothing where there is none of the name, or it may not be seen
select transaction_no
from facts
where object_key = object_key((select object_type from def_workflows where workflow = $workflow), $transaction_id)
  and workflow = $workflow and transaction_id = $transaction_id
