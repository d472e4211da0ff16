-- for a reader of some workflows or suppliers: the objects of the transactions that they may see
create or replace temp view seen_objects as
select distinct w.object_type, f.transaction_id as object_id, f.object_key
from facts f
join def_workflows w using (workflow);

-- one row per event known at the moment that names such an object itself
create or replace temp view seen_naming as
select n.event_no, o.object_type, o.object_id
from named_objects n
join seen_objects o on o.object_key = n.object_key and o.object_type = n.object_type and o.object_id = n.object_id
join events e on e.event_no = n.event_no
where e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at');

-- one row per workflow and related object that such an event names together with one of its transactions
create or replace temp view seen_links as
select distinct f.workflow, r.object_type, r.object_id, r.object_key
from seen_naming o
join named_objects r using (event_no)
join def_related d on d.related_type = r.object_type and d.object_type = o.object_type
join facts f on f.workflow = d.workflow and f.transaction_id = o.object_id;

-- the events of transactions that may be seen: those that name one, and those of its steps that name none of its type, but what is related
create or replace temp view seen_numbers as
select event_no from seen_naming
union
select n.event_no
from seen_links l
join named_objects n on n.object_key = l.object_key and n.object_type = l.object_type and n.object_id = l.object_id
join events e on e.event_no = n.event_no
join def_steps s on s.workflow = l.workflow and s.event_type = e.event_type and s.system = e.system
where not exists (from named_objects own where own.event_no = n.event_no and own.object_type = s.object_type);

create or replace temp view seen_events as
from events
where has_site(site) and (partner is null or has_supplier(partner)) and event_no in (from seen_numbers);
create or replace temp view evidence_events as from seen_events;

-- what says an event where that is seen; what happened between, where all events of its trace are
create or replace temp view seen_spans as
with
told as materialized (select event_no, trace_id, span_id from seen_events where trace_id is not null),
kept_back as materialized (select trace_id, span_id from events where trace_id is not null and event_no not in (select event_no from told))
select s.*
from spans s
where has_site(s.site) and case
  when s.is_event then s.span_id in (select span_id from told) and s.span_id not in (select span_id from kept_back where span_id is not null)
  else s.trace_id in (select trace_id from told) and s.trace_id not in (select trace_id from kept_back) end;

-- objects of transactions that may not be seen are not named, where they are not those of others that may
create or replace temp view kept_back_keys as
select object_key from transaction_facts except select object_key from facts;
create or replace temp view told_names as from named_objects where object_key not in (from kept_back_keys);
create or replace temp view own_names as from event_objects where object_key(object_type, object_id) not in (from kept_back_keys);

-- orders of these transactions, and violations that name one of them
create or replace temp view orders as
from kept_orders o
where has_site(o.site) and exists (
  from seen_objects s where s.object_key = o.object_key and s.object_type = o.object_type and s.object_id = o.object_id);
create or replace temp view seen_violations as
from begun_violations where has_site(site) and transaction_no in (select transaction_no from facts);
