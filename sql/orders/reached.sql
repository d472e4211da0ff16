-- how far each transaction in `reaching` (transaction_no, object_type, object_id) reaches: what it is about
create or replace temp table own_objects as
select transaction_no, object_type, object_id, object_key(object_type, object_id) as object_key
from reaching;

create or replace temp table own_keys as
select distinct object_type, object_id, object_key from own_objects;

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from own_keys));

create or replace temp table own_naming as
select n.event_no, o.object_type as own_type, o.object_id as own_id
from known_names n
join own_keys o on n.event_no >= getvariable('names_from') and o.object_key = n.object_key and o.object_type = n.object_type and o.object_id = n.object_id;

-- one row per object of them and object of another type that some event names together with it. Others of its own type are no part of it:
-- they have transactions of their own
create or replace temp table near_objects as
select distinct g.own_type, g.own_id, n.object_key, n.object_type, n.object_id
from (from known_names where event_no >= getvariable('names_from') and event_no in (select event_no from own_naming)) n
join own_naming g using (event_no)
where n.object_type <> g.own_type;

create or replace temp table near_keys as
select distinct object_type, object_id, object_key from near_objects;

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from near_keys));

create or replace temp table near_naming as
select n.event_no, s.object_type, s.object_id
from known_names n
join near_keys s on n.event_no >= getvariable('names_from') and s.object_key = n.object_key and s.object_type = n.object_type and s.object_id = n.object_id;

-- one row per near object and order that some event names together with it. What is named together with more than 20 orders (an item, a dock)
-- says nothing about any of them
create or replace temp table beyond as
select distinct g.object_type, g.object_id, n.object_key, n.object_type as order_type, n.object_id as order_id
from (
  from known_names
  where event_no >= getvariable('names_from') and event_no in (select event_no from near_naming) and object_type in (select object_type from def_orders)
) n
join near_naming g using (event_no)
where n.object_type <> g.object_type or n.object_id <> g.object_id
qualify count(*) over (partition by g.object_type, g.object_id) <= 20;

-- one row per transaction and object (the columns of transaction_reach)
create or replace temp table fresh_reach as
with steps as (
  select transaction_no, object_key, object_type, object_id, 0 as distance
  from own_objects
  union all
  select o.transaction_no, n.object_key, n.object_type, n.object_id, 1
  from own_objects o
  join near_objects n on n.own_type = o.object_type and n.own_id = o.object_id
  union all
  select o.transaction_no, b.object_key, b.order_type, b.order_id, 2
  from own_objects o
  join near_objects n on n.own_type = o.object_type and n.own_id = o.object_id
  join beyond b on b.object_type = n.object_type and b.object_id = n.object_id
  where b.order_type <> o.object_type
)
select transaction_no, object_key, object_type, object_id, min(distance) as distance
from steps
group by all;
