-- one row per transaction of rule {rule}, thing that its events name, and event that names the thing
create or replace temp table rule_things as
with mine as materialized (
  select n.workflow as kind, n.transaction_id as key, e.event_no
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
  union all
  select m.kind, m.key, c.kind, c.id
  from mine m
  join column_names c using (event_no)
  where c.kind in ({beside})
);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from rule_things));

create or replace temp table rule_beside as
select distinct t.kind, t.key, t.thing_kind, t.thing, n.event_no
from rule_things t
join named_objects n
  on n.event_no >= getvariable('names_from') and n.object_key = t.object_key and n.object_type = t.thing_kind and n.object_id = t.thing
  and n.object_type in ({beside})
union
select t.kind, t.key, t.thing_kind, t.thing, c.event_no
from rule_things t
join column_names c on c.object_key = t.object_key and c.kind = t.thing_kind and c.id = t.thing;

create or replace temp table rule_nearby as
with
elsewhere as (
  select distinct event_no from rule_beside where event_no not in (select event_no from scoped_events)
),
told as (
  from scoped_events e where e.event_no in (select event_no from rule_beside) and {known_event}
  union all by name
  from events e where e.event_no in (from elsewhere) and {known_event}
)
select b.kind, b.key, b.thing_kind, b.thing, {event_columns}
from rule_beside b
join told e using (event_no);
