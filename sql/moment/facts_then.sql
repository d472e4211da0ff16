-- the facts as of the moment: those that nothing later touches, and the others computed from what was known
create or replace temp table recomputed as from scope;
create or replace temp table recomputed_facts as from fresh_facts;
create or replace temp table replaced as select transaction_no from transaction_facts join recomputed using (workflow, transaction_id);

create or replace temp view facts as
from transaction_facts t
where may_see(site, workflow, partner) and not exists (from recomputed s where s.workflow = t.workflow and s.transaction_id = t.transaction_id)
union all by name
from recomputed_facts where may_see(site, workflow, partner);
