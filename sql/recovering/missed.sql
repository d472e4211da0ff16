-- of `troubled` what is missing, since when, with the step that opened its expectation
create or replace temp table missed as
select
  t.transaction_no, t.workflow, t.transaction_id, t.site, t.milestone, o.system, least(o.due_ns, o.behind_ns) as opened_ns,
  w.steps[o.step].after_step as after_step
from troubled t
join open_steps o on o.transaction_no = t.transaction_no and o.milestone = t.milestone
join def_workflows w on w.workflow = t.workflow
where t.kind = 'missing'
  and (getvariable('transaction_id') is null or t.transaction_id = getvariable('transaction_id'))
  and (getvariable('system') is null or o.system = getvariable('system'));

create or replace temp table scope as select distinct workflow, transaction_id from missed;

select count(*) as missed from missed
