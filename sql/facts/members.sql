-- one row per event of a workflow and object of the workflow's type that it names itself
create or replace temp table naming_own as
select s.workflow, o.object_id as transaction_id, s.step, s.adds_up, e.event_no, e.event_ns
from scoped_events e
join def_steps s on s.event_type = e.event_type and s.system = e.system
join scoped_objects o on o.event_no = e.event_no
where case when o.object_type = s.object_type then true end;   -- said like this it is looked at after the join: hashing it too takes twice as long

-- one row per transaction in scope, under a number of its own: every object of a workflow's type that an event of a milestone names. Numbered as they
-- begin: what hangs on the numbers then lies in order of time
create or replace temp table numbered as
select row_number() over (order by begun_ns) + coalesce(getvariable('last_transaction'), 0) as transaction_no, workflow, transaction_id
from (
  select workflow, transaction_id, min(event_ns) as begun_ns
  from naming_own
  where step > 0   -- a cancellation alone makes no transaction
  group by all
) b
where {in_scope};

-- one row per event and transaction it belongs to: those it names itself, else those that its related objects are linked to
create or replace temp table belonging as
with
-- materialised, each: joined in another order, every event of a workflow would meet every link of it
related as materialized (
  select w.workflow, o.event_no, o.object_type, o.object_id
  from def_related w
  join scoped_objects o on o.object_type = w.related_type
  where not exists (from naming_own n where n.event_no = o.event_no and n.workflow = w.workflow)
),
others as materialized (
  select s.workflow, s.step, s.adds_up, e.event_no, r.object_type, r.object_id
  from related r
  join scoped_events e using (event_no)
  join def_steps s on s.workflow = r.workflow and s.event_type = e.event_type and s.system = e.system
),
linked as materialized (
  select distinct o.workflow, l.transaction_id, o.step, o.adds_up, o.event_no
  from others o
  join links l on (l.workflow, l.object_type, l.object_id) = (o.workflow, o.object_type, o.object_id)
)
select n.transaction_no, b.step, b.adds_up, b.event_no, b.names_it
from (select * exclude (event_ns), true as names_it from naming_own union all by name select *, false as names_it from linked) b
join numbered n using (workflow, transaction_id);

-- a view: whoever asks for few columns reads few
create or replace temp view members as
select
  b.*, n.workflow, n.transaction_id,
  e.event_ns, e.attempt, e.event_id, e.is_error, e.error_class, e.error_code, e.dead_letter, e.idempotency_key, e.site, e.quantity,
  e.ordered_quantity, e.promised_ns, e.due_ns, e.partner, e.customer, e.work_center, e.item, e.value, e.currency
from belonging b
join numbered n using (transaction_no)
join scoped_events e using (event_no);
