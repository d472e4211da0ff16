-- of `troubled` what is failed, with its failed step, as signatures look at it
create or replace temp table acted as
select t.transaction_no, t.workflow, t.transaction_id, t.site, s.step as step, true as is_open
from troubled t
join (select workflow, unnest(steps) as s from def_workflows) w on w.workflow = t.workflow and w.s.milestone = t.milestone
where t.kind = 'failed'
  and (getvariable('transaction_id') is null or t.transaction_id = getvariable('transaction_id'));

create or replace temp table scope as select distinct workflow, transaction_id from acted;
