-- adds what events after `seen_event` name in columns, of kinds and in events that rules look at
insert into column_names
with looked_at as (
  select distinct k.kind, e.event_type, e.system
  from def_rule_kinds k
  join def_rule_events e using (rule)
),
said as (
  select e.event_no, e.event_type, e.system, unnest([
    {kind: 'item', id: e.item}, {kind: 'batch', id: e.batch}, {kind: 'partner', id: e.partner}, {kind: 'customer', id: e.customer},
    {kind: 'work_center', id: e.work_center}], max_depth := 2)
  from events e
  where e.event_no > getvariable('seen_event') and e.event_type in (select event_type from looked_at)
)
select distinct s.event_no, object_key(s.kind, s.id), s.kind, s.id
from said s
join looked_at l on l.kind = s.kind and l.event_type = s.event_type
where s.id is not null and (l.system is null or l.system = s.system)
order by s.event_no
