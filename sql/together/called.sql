-- one row per transaction whose object is called so, whatever its type
with asked as (
  select unnest($ids::varchar[]) as object_id
),
keyed as materialized (
  select w.workflow, w.title, w.place, a.object_id, object_key(w.object_type, a.object_id) as object_key
  from asked a
  cross join def_workflows w
)
select k.workflow, k.title, k.object_id as transaction_id, f.transaction_no
from (from facts where object_key in (select object_key from keyed)) f
join keyed k on k.workflow = f.workflow and k.object_id = f.transaction_id
order by k.place, k.object_id
limit 10
