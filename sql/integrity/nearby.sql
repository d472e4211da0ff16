-- one row per transaction of rule {rule}, thing that its events name, and event that names the thing
create or replace temp table rule_things as
with mine as materialized (
  select n.workflow as kind, n.transaction_id as key, e.event_no{columns}
  from belonging b
  join numbered n using (transaction_no)
  join scoped_events e using (event_no)
  where {is_mine} and {known_event}
)
select distinct *, object_key(thing_kind, thing) as object_key
from (
  select m.kind, m.key, o.object_type as thing_kind, o.object_id as thing
  from mine m
  join scoped_objects o using (event_no)
  where o.object_type in ({beside})
  {things_by_column}
);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from rule_things));

create or replace temp table rule_nearby as
with about as (
  select t.kind, t.key, t.thing_kind, t.thing, n.event_no
  from rule_things t
  join named_objects n
    on n.event_no >= getvariable('names_from') and n.object_key = t.object_key and n.object_type = t.thing_kind and n.object_id = t.thing
    and n.object_type in ({beside})
  {about_by_column}
)
select a.kind, a.key, a.thing_kind, a.thing, {event_columns}
from (select distinct kind, key, thing_kind, thing, event_no from about) a
join events e using (event_no)
where {known_event};
