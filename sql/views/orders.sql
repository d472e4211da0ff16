-- one row per order; a reader of a past moment puts other views in front of this and of the next two
create or replace view kept_orders as from order_facts;

-- one row per transaction with open steps and object near to it
create or replace view reach as from transaction_reach;

-- one row per event known at the moment and object it names
create or replace view known_names as from named_objects;

-- the orders that the reader may see; one of some workflows or suppliers puts another view in front
create or replace view orders as from kept_orders where may_see(site);

-- one row per order that was wanted by a day before the moment: kept, missed (done later, or not yet done though the day is past), or not to be
-- told (unmeasured) because nobody said how much was ordered
create or replace view wanted_orders as
select
  object_type, object_id, site, due_ns, done_ns,
  case
    when not is_measured then 'unmeasured'
    when is_done and coalesce(done_ns, due_ns) <= due_ns then 'kept'
    else 'missed' end as outcome
from orders
where not is_cancelled and due_ns < getvariable('as_of');

-- one row per milestone that an order is scheduled or promised by and that was due before the moment: kept, late, missing, or not to be judged
create or replace view due_steps as
with
steps as (
  select workflow, title, place, unnest(steps) as s
  from def_workflows
  where object_type in (select object_type from def_orders)
),
due as (
  select f.transaction_no, f.transaction_id, f.site, p.workflow, p.title, p.place, p.s.step as step, p.s.milestone as milestone,
    p.s.event_type as event_type, p.s.system as system, p.s.by_field as by_field, f.reached[p.s.step] as reached_ns, f.due[p.s.step] as due_ns
  from facts f
  join steps p using (workflow)
  where not f.is_cancelled and p.s.is_required and f.due[p.s.step] < getvariable('as_of')
)
select
  d.*,
  case
    when d.reached_ns <= d.due_ns then 'kept'
    when d.reached_ns is not null then 'late'
    when list_contains(coalesce(o.unjudged, []), d.milestone) then 'unjudged'
    else 'missing' end as outcome
from due d
left join open_steps_then o using (transaction_no);

-- one row per order by the day it was wanted (`order_type`), and per milestone by the time it was due (`workflow`, `milestone`)
create or replace view promised as
select object_type as order_type, null::varchar as workflow, null::varchar as milestone, object_id as id, site, due_ns, done_ns, outcome
from wanted_orders
union all by name
select workflow, milestone, transaction_id as id, site, due_ns, reached_ns as done_ns, outcome
from due_steps;
