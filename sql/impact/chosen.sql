-- a page of the open orders that something in `troubled` holds up, the earliest needed first; `orders`: how many there are in all
create or replace temp table chosen as
with
held as (
  select order_no, object_type, object_id, any_value(place) as place, any_value(least(promised_ns, due_ns)) as need_ns
  from affected
  where not (is_cancelled or is_done)
  group by order_no, object_type, object_id
),
asked as materialized (
  from held
  where (getvariable('order_type') is null or object_type = getvariable('order_type'))
    and (getvariable('needed_from_ns') is null or need_ns >= getvariable('needed_from_ns'))
    and (getvariable('needed_to_ns') is null or need_ns < getvariable('needed_to_ns'))
)
select *, (select count(*) from asked) as orders
from asked
order by need_ns nulls last, place, object_id
limit coalesce(getvariable('stop') - getvariable('start'), 1000000000) offset coalesce(getvariable('start'), 0)
