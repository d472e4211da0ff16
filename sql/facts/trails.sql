-- one row per transaction: the numbers of its steps in order where it took each once, none failed, each at a moment of its own; else null.
-- Most took the first so many steps in the order of the definition (`to 4`): looking for that first makes this three times as fast
create or replace temp table straight as
select
  t.transaction_no, t.workflow,
  case
    when t.failed_attempts > 0 or t.is_cancelled then null
    when t.members <= len(r.reached)
        and list_bool_and(list_transform(r.reached[:t.members], lambda ns, n: ns is not null and (n = 1 or ns > r.reached[n - 1])))
      then 'to ' || t.members
    when t.members = list_unique(r.reached) then array_to_string(list_grade_up(r.reached, 'ASC', 'NULLS LAST')[:t.members], ' ')
  end as places
from stated t
join reached r using (transaction_no);

-- one row per step taken by any other transaction, in order; a redelivery is none
create or replace temp table taken as
with
delivered as (
  select
    b.transaction_no, b.step, e.is_error, e.event_ns, e.attempt, e.event_id,
    case when e.is_error or e.idempotency_key is null then 1
      else row_number() over (
        partition by b.transaction_no, b.step, e.is_error, e.idempotency_key order by e.event_ns, e.attempt, e.event_id) end as delivery
  from belonging b   -- not `members`: those few rows are found among all, and only then is the rest of them read
  join straight s on s.transaction_no = b.transaction_no and s.places is null
  join scoped_events e using (event_no)
)
select
  transaction_no, step, is_error, event_ns,
  row_number() over (partition by transaction_no order by event_ns, attempt, event_id, step) as place
from delivered
where delivery = 1;

-- one row per transaction: what it took, repeats in a row put together
create or replace temp table trails as
with
named as (
  select workflow, 0 as step, '(cancelled)' as name from def_workflows
  union all
  select workflow, s.step, s.milestone from (select workflow, unnest(steps) as s from def_workflows)
),
runs as (
  select
    *,
    lag({step: step, is_error: is_error}) over along is not distinct from {step: step, is_error: is_error} as is_same,
    lead({step: step, is_error: is_error}) over along is not distinct from {step: step, is_error: is_error} as is_repeated
  from taken
  window along as (partition by transaction_no order by place)
)
select s.transaction_no, true as is_straight, v.variant
from straight s
join (
  select p.workflow, p.places, string_agg(n.name, ' > ' order by p.place) as variant
  from (
    select workflow, places, unnest(steps) as step, generate_subscripts(steps, 1) as place
    from (
      select workflow, places, case when places like 'to %' then range(1, places[4:]::integer + 1) else string_split(places, ' ')::bigint[] end as steps
      from (select distinct workflow, places from straight where places is not null)
    )
  ) p
  join named n using (workflow, step)
  group by all
) v using (workflow, places)
union all
select r.transaction_no, false,
  string_agg(n.name || case when r.is_error then '!' when r.is_repeated then '+' else '' end, ' > ' order by r.place)
from runs r
join numbered t using (transaction_no)
join named n on n.workflow = t.workflow and n.step = r.step
where not r.is_same
group by r.transaction_no;
