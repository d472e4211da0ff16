-- what was found, with the numbers and sites that the transactions have in the facts
create or replace temp table named_transactions as
select distinct workflow, transaction_id from fresh_violations where transaction_id is not null;

create or replace temp table numbers as
select n.workflow, n.transaction_id, f.transaction_no, f.site
from named_transactions n
join fresh_facts f on f.workflow = n.workflow and f.transaction_id = n.transaction_id
union all
select n.workflow, n.transaction_id, f.transaction_no, f.site
from named_transactions n
join transaction_facts f on f.workflow = n.workflow and f.transaction_id = n.transaction_id
where not exists (from {computed} c where c.workflow = n.workflow and c.transaction_id = n.transaction_id);

create or replace temp table found_violations as
select v.* replace (n.transaction_no as transaction_no, coalesce(v.stated_site, n.site) as site)
from fresh_violations v
left join numbers n on n.workflow = v.workflow and n.transaction_id = v.transaction_id;
