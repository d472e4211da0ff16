-- the same events, those of them that are known at the moment, with all that is told of each
create or replace temp table naming as
select a.object_type, a.object_id, a.is_mine, e.event_no, e.event_id, e.event_ns, e.event_type, e.system, e.site, e.source, {is_member} as is_member
from numbers a
join (from {events} where {these}) e using (event_no)
where e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at');

-- one row per object asked about and other object that some event names together with it. Others of its own type only where the event names nothing
-- else: the lines of one list are no part of each other, a lot that is split is part of both
create or replace temp table near as
with
named as materialized (
  select event_no, object_type, object_id
  from {names}
  where {these}
),
mixed as (
  select event_no from named group by event_no having min(object_type) <> max(object_type)
),
pairs as (
  select
    g.object_type as asked_type, g.object_id as asked_id, g.* exclude (object_type, object_id), n.object_type, n.object_id,
    -- what nobody says a site of belongs to whoever it is about; of some workflows or suppliers nothing else is seen than what names theirs
    g.is_member or may_see(g.site) or (g.is_mine and (g.site is null or (not sees_whole_sites() and has_site(g.site)))) as may_be_seen
  from naming g
  join named n using (event_no)
  where case when n.object_type = g.object_type then n.object_id <> g.object_id and g.event_no not in (from mixed) else true end
)
select
  asked_type, asked_id, object_type, object_id, object_key(object_type, object_id) as object_key,
  count(*) as events,
  bool_or(may_be_seen) as is_named,
  min(event_ns) as first_ns,
  max(event_ns) as last_ns,
  (list({event_no: event_no, event_ns: event_ns, event_id: event_id, event_type: event_type, system: system, source: source} order by event_ns, event_id)
    filter (where may_be_seen))[:50] as told
from pairs
group by all;

-- those that are the object of transactions which the reader may not see, and of none that he may
create or replace temp table kept_back as
select object_key
from transaction_facts
where not sees_all() and object_key in (select object_key from near)
except
select object_key
from facts
where not sees_all() and object_key in (select object_key from near);
