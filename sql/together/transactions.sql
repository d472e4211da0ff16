-- one row per transaction that one of these objects is the object of
with asked as (
  select unnest($types::varchar[]) as object_type, unnest($ids::varchar[]) as object_id
),
keyed as materialized (
  select object_type, object_id, object_key(object_type, object_id) as object_key from asked
)
select k.object_type, k.object_id, w.workflow, w.title, f.transaction_no, f.site
from (from facts where object_key in (select object_key from keyed)) f
join def_workflows w using (workflow)
join keyed k on k.object_type = w.object_type and k.object_id = f.transaction_id
order by w.place
