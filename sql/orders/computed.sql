-- what says quantities: how much is ordered, or that some of it has come
create or replace temp table quantities as
select
  e.event_no, e.event_ns, e.attempt, e.event_id, e.event_type, e.system, e.ordered_quantity, e.item, e.uom, e.quantity, e.idempotency_key,
  coalesce(f.types, []) as fulfils
from {events} e
left join (select event_type, system, list(object_type) as types from def_fulfilments group by all) f
  on f.event_type = e.event_type and f.system = e.system and not e.is_error
where e.ordered_quantity is not null or f.types is not null;

-- one row per order and event that says quantities of it: it speaks of the order, or belongs to a transaction of it without naming one
create or replace temp table order_quantities as
with
belongs as (
  select distinct w.object_type, n.transaction_id as object_id, b.event_no
  from belonging b
  join numbered n using (transaction_no)
  join def_workflows w using (workflow)
  where not b.names_it and w.object_type in (select object_type from def_orders)
),
about as (
  select object_type, object_id, event_no from order_names where speaks
  union all
  from belongs
)
select a.object_type, a.object_id, q.*, list_contains(q.fulfils, a.object_type) as is_done
from about a
join quantities q using (event_no);

-- the same by the lines that the events name
create or replace temp table line_quantities as
select o.*, n.object_id as line
from order_quantities o
join def_orders d using (object_type)
join (select event_no, object_type, object_id from named_objects where object_type in (select line_type from def_orders)) n
  on n.event_no = o.event_no and n.object_type = d.line_type;

-- one row per order and line (of an order whose lines nobody names, one with an empty name)
create or replace temp view order_lines as
with
by_line as (
  from line_quantities
  union all by name
  select o.*, '' as line
  from order_quantities o
  where not exists (from line_quantities l where l.object_type = o.object_type and l.object_id = o.object_id)
),
ordered as (
  select object_type, object_id, line,
    arg_max({quantity: ordered_quantity, item: item, uom: uom}, {ns: event_ns, attempt: attempt, id: event_id})
      filter (where ordered_quantity is not null) as said
  from by_line
  group by all
),
effects as (
  select
    object_type, object_id, line, event_ns, attempt, event_id,
    -- equal keys are one effect: the later ones are redeliveries and add nothing
    case when idempotency_key is null
           or row_number() over (
                partition by object_type, object_id, line, event_type, system, idempotency_key order by event_ns, attempt, event_id) = 1
         then coalesce(quantity, 0) else 0 end as came
  from by_line
  where is_done
),
running as (
  select *, sum(came) over (partition by object_type, object_id, line order by event_ns, attempt, event_id rows unbounded preceding) as total
  from effects
),
done as (
  select r.object_type, r.object_id, r.line, sum(r.came)::decimal(18, 6) as done_quantity,
    min(r.event_ns) filter (where r.total >= o.said.quantity) as covered_ns
  from running r
  join ordered o using (object_type, object_id, line)
  group by all
)
select
  o.object_type, o.object_id, o.line, o.said.item as item, o.said.uom as uom, o.said.quantity as ordered_quantity,
  coalesce(d.done_quantity, 0)::decimal(18, 6) as done_quantity,
  case when d.done_quantity >= o.said.quantity then d.covered_ns end as done_ns
from ordered o
left join done d using (object_type, object_id, line);

-- one row per order: what was last said in its transactions (of several, in the one whose workflow stands first); of an order that has none,
-- in the events that speak of it
create or replace temp view order_said as
with
spoken as (
  select w.object_type, w.place, s.transaction_id as object_id, s.site, s.customer, s.partner, s.work_center, s.worth, s.promised_ns, s.due_ns, s.is_cancelled,
    w.object_type in (select object_type from def_workflows group by object_type having count(*) > 1) as is_shared
  from stated s
  join def_workflows w using (workflow)
  where w.object_type in (select object_type from def_orders)
),
told as (
  -- nearly always one workflow is about a type of order: then nothing has to be grouped
  select object_type, object_id, site, customer, partner, work_center, worth, promised_ns, due_ns, is_cancelled
  from spoken
  where not is_shared
  union all
  select
    object_type, object_id,
    arg_min(site, place) filter (where site is not null),
    arg_min(customer, place) filter (where customer is not null),
    arg_min(partner, place) filter (where partner is not null),
    arg_min(work_center, place) filter (where work_center is not null),
    arg_min(worth, place) filter (where worth.value is not null),
    arg_min(promised_ns, place) filter (where promised_ns is not null),
    arg_min(due_ns, place) filter (where due_ns is not null),
    bool_or(is_cancelled)
  from spoken
  where is_shared
  group by object_type, object_id
),
others as (
  select n.*
  from order_names n
  where not exists (from told t where t.object_type = n.object_type and t.object_id = n.object_id)
)
from told
union all by name
select
  o.object_type, o.object_id,
  arg_min(site, {ns: event_ns, attempt: attempt, id: event_id}) filter (where site is not null) as site,
  arg_max(customer, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and customer is not null) as customer,
  arg_max(partner, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and partner is not null) as partner,
  arg_max(work_center, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and work_center is not null) as work_center,
  arg_max({value: value, currency: currency}, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and value is not null) as worth,
  arg_max(promised_ns, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and promised_ns is not null) as promised_ns,
  arg_max(due_ns, {ns: event_ns, attempt: attempt, id: event_id}) filter (where speaks and due_ns is not null) as due_ns,
  bool_or(speaks and s.step is not null and not e.is_error) as is_cancelled
from others o
join {events} e using (event_no)
left join (select distinct object_type, event_type, system, step from def_steps where step = 0) s
  on s.object_type = o.object_type and s.event_type = e.event_type and s.system = e.system
group by all;

-- one row per order (the columns of order_facts)
{into}
with
said as (
  select object_type, object_id, line, ordered_quantity is not null as is_measured, done_quantity >= ordered_quantity is true as is_done, done_ns,
    {line: line, item: item, uom: uom, ordered_quantity: ordered_quantity, done_quantity: done_quantity, done_ns: done_ns} as told
  from order_lines
),
lined as (
  select object_type, object_id, [told] as lines, is_measured, is_done, done_ns
  from said
  where line = ''
  union all
  select object_type, object_id, list(told order by line), bool_and(is_measured), bool_and(is_done), max(done_ns)
  from said
  where line <> ''
  group by object_type, object_id
)
select
  o.object_type, o.object_id, object_key(o.object_type, o.object_id) as object_key,
  o.site, o.customer, o.partner, o.work_center, o.worth.value as value, o.worth.currency as currency, o.promised_ns, o.due_ns, o.is_cancelled,
  coalesce(l.is_measured, false) as is_measured,
  coalesce(l.is_done, false) as is_done,
  o.is_cancelled or coalesce(l.is_done, false) as is_over,
  case when l.is_done then l.done_ns end as done_ns,
  coalesce(l.lines, []) as lines
from order_said o
left join lined l using (object_type, object_id)
order by is_over;
