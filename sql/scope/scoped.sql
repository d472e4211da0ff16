-- the events, known at the moment, that decide the transactions in `scope`: those that name them, and those that name what they are linked to
create or replace temp table own_ids as
select distinct w.object_type, s.transaction_id as object_id, object_key(w.object_type, s.transaction_id) as object_key
from scope s
join def_workflows w using (workflow);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from own_ids));

create or replace temp table own_events as
select distinct n.event_no
from named_objects n
join own_ids i on n.event_no >= getvariable('names_from') and i.object_key = n.object_key and i.object_type = n.object_type and i.object_id = n.object_id;

create or replace temp table related_ids as
select distinct n.object_key, n.object_type, n.object_id
from named_objects n
where n.event_no in (from own_events) and n.object_type in (select related_type from def_related);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from related_ids));

create or replace temp table deciding as
select n.event_no
from named_objects n
join related_ids i on n.event_no >= getvariable('names_from') and i.object_key = n.object_key and i.object_type = n.object_type and i.object_id = n.object_id
union
from own_events;

create or replace temp table scoped_events as
from events e
where e.event_no in (from deciding)
  and e.event_ns <= getvariable('as_of')
  and e.recorded_ns <= getvariable('known_at');

create or replace temp table scoped_objects as
select event_no, object_type, object_id from named_objects where event_no in (select event_no from scoped_events);
