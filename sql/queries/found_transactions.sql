-- one row per transaction that one of these objects is, or that some event names together with one of them; in the order of the objects
with
asked as (
  select unnest($types::varchar[]) as object_type, unnest($ids::varchar[]) as object_id, unnest($keys::ubigint[]) as object_key,
    generate_subscripts($ids::varchar[], 1) as place
),
named as (
  select n.event_no, a.*
  from named_objects n
  join asked a on n.event_no >= getvariable('names_from') and n.object_key = a.object_key and n.object_type = a.object_type and n.object_id = a.object_id
),
hits as (
  select w.workflow, a.object_id as transaction_id, a.object_key, a.object_type, a.object_id, a.place, 1 as way
  from asked a
  join def_workflows w using (object_type)
  union
  select r.workflow, own.object_id, own.object_key, n.object_type, n.object_id, n.place, 2
  from named n
  join def_related r on r.related_type = n.object_type
  join named_objects own on own.event_no >= getvariable('names_from') and own.event_no = n.event_no and own.object_type = r.object_type
),
near as materialized (
  select transaction_no from facts where object_key in (select object_key from hits)
)
select h.workflow, w.title, h.transaction_id, arg_min(h.object_type, {place: h.place, way: h.way}) as object_type,
  arg_min(h.object_id, {place: h.place, way: h.way}) as object_id, t.transaction_no, t.site
from hits h
join def_workflows w using (workflow)
join (from facts where transaction_no in (from near)) t using (workflow, transaction_id)
group by h.workflow, w.title, h.transaction_id, t.transaction_no, t.site, w.place
order by min(h.place), min(h.way), w.place, h.transaction_id
limit $limit
