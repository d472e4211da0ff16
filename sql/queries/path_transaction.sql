-- one transaction, with the definition of its workflow and all there is to say of its steps
select t.*, s.steps, w.title, w.object_type, w.owner, w.criticality, w.steps as definition
from transactions t
join def_workflows w using (workflow)
join transaction_steps s using (transaction_no)
where t.transaction_no = $transaction_no
