-- one row per rule and key that it has to be evaluated for
create or replace temp table judged_keys as
select r.rule, s.workflow as kind, s.transaction_id as key
from scope s
join def_rules r on r.workflow = s.workflow or r.workflow = '*'
where r.skipped is null
union all
select t.rule, t.kind, t.id
from touched_things t
join def_rules r using (rule)
where not t.is_beside and r.skipped is null;
