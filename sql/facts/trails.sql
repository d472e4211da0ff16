-- one row per step taken by a transaction that is not straight, in order; a redelivery is none, nor what a person said here
create or replace temp table taken as
with
delivered as (
  select
    transaction_no, workflow, step, is_error, event_ns, attempt, event_id,
    case when is_error or idempotency_key is null then 1
      else row_number() over (partition by transaction_no, step, is_error, idempotency_key order by event_ns, attempt, event_id) end as delivery
  from crooked
  where transaction_no in (select transaction_no from stated where places is null) and not is_remark(error_code)
)
select
  transaction_no, workflow, step, is_error, event_ns,
  row_number() over (partition by transaction_no order by event_ns, attempt, event_id, step) as place
from delivered
where delivery = 1;

-- what was taken, repeats in a row put together: one row per way of the straight ones (workflow and places), and one per transaction that is not
create or replace temp table trails as
with
named as (
  select workflow, 0 as step, '(cancelled)' as name from def_workflows
  union all
  select workflow, s.step, s.milestone from (select workflow, unnest(steps) as s from def_workflows)
),
ways as (
  select workflow, places, unnest(steps) as step, generate_subscripts(steps, 1) as place
  from (
    select workflow, places, case when places like 'to %' then range(1, places[4:]::integer + 1) else string_split(places, ' ')::bigint[] end as steps
    from (select distinct workflow, places from stated where places is not null)
  )
),
runs as (
  select
    *,
    lag({step: step, is_error: is_error}) over along is not distinct from {step: step, is_error: is_error} as is_same,
    lead({step: step, is_error: is_error}) over along is not distinct from {step: step, is_error: is_error} as is_repeated
  from taken
  window along as (partition by transaction_no order by place)
)
select w.workflow, w.places, null::bigint as transaction_no, string_agg(n.name, ' > ' order by w.place) as variant
from ways w
join named n using (workflow, step)
group by all
union all
select null, null, r.transaction_no,
  string_agg(n.name || case when r.is_error then '!' when r.is_repeated then '+' else '' end, ' > ' order by r.place)
from runs r
join named n using (workflow, step)
where not r.is_same
group by r.transaction_no;
