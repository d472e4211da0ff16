-- one row per rule and thing that what has changed may say something of, in the way the rule looks at it
create or replace temp table touched_things as
with
told as materialized (
  select e.event_no, d.rule
  from events e
  join def_rule_events d on d.event_type = e.event_type
  where e.event_no in (from changed) and (d.system is null or d.system = e.system)
),
named as (
  select t.rule, n.object_type as kind, n.object_id as id
  from told t
  join named_objects n using (event_no)
  union
  select t.rule, c.kind, c.id
  from told t
  join column_names c using (event_no)
)
select rule, kind, id, object_key(kind, id) as object_key, is_beside
from named
join def_rule_kinds using (rule, kind)
union
select k.rule, k.kind, r.object_id, object_key(k.kind, r.object_id), k.is_beside
from renamed r
join def_rule_kinds k on k.kind = r.object_type;

-- what a rule looks at beside transactions touches those: their events join `changed`
create or replace temp table beside as
from touched_things where is_beside;

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from beside));

insert into changed
select e.event_no
from events e
join (
  select b.rule, n.event_no
  from named_objects n
  join beside b on n.event_no >= getvariable('names_from') and b.object_key = n.object_key and b.kind = n.object_type and b.id = n.object_id
  union
  select b.rule, c.event_no
  from column_names c
  join beside b using (object_key, kind, id)
) b using (event_no)
join def_rule_events d on d.rule = b.rule and d.event_type = e.event_type
where (d.system is null or d.system = e.system) and e.event_no not in (from changed)
group by e.event_no;
