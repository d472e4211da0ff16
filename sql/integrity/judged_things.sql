-- the events, known at the moment, that name the things in `judged_keys`, and all that they name: looked for once for all rules. What a workflow
-- is about is in scope, so its events are at hand
create or replace temp table judged_things as
select distinct k.kind, k.key, object_key(k.kind, k.key) as object_key, k.kind in (select object_type from def_workflows) as is_in_scope
from judged_keys k
join def_rules r using (rule)
where r.workflow is null;

set variable names_from = (
  select min(first_event_no) from first_named where object_key in (select object_key from judged_things where not is_in_scope));

create or replace temp table judged_names as
select t.kind, t.key, o.event_no
from judged_things t
join scoped_objects o on o.object_type = t.kind and o.object_id = t.key
where t.is_in_scope
union
select t.kind, t.key, n.event_no
from (from judged_things where not is_in_scope) t
join named_objects n
  on n.event_no >= getvariable('names_from') and n.object_key = t.object_key and n.object_type = t.kind and n.object_id = t.key
union
select t.kind, t.key, c.event_no
from judged_things t
join column_names c on c.object_key = t.object_key and c.kind = t.kind and c.id = t.key;

create or replace temp table judged_elsewhere as
select distinct event_no from judged_names where event_no not in (select event_no from scoped_events);

create or replace temp table judged_events as
from scoped_events where event_no in (select event_no from judged_names)
union all by name
from events
where event_no in (from judged_elsewhere) and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at');

create or replace temp table judged_objects as
from scoped_objects where event_no in (select event_no from judged_names)
union all by name
select event_no, object_type, object_id from named_objects where event_no in (from judged_elsewhere);
