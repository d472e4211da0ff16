-- one row per transaction whose object, or an object linked to it, has this id
with
typed as (
  -- the type is not known: every type that a workflow knows is tried, eight bytes a row each
  select distinct object_type, object_key(object_type, $text) as object_key
  from (select object_type from def_workflows union select related_type from def_related)
),
named as (
  select n.event_no, n.object_key, n.object_type, n.object_id
  from named_objects n
  join typed t on t.object_key = n.object_key
  where n.object_id = $text
),
hits as (
  select w.workflow, n.object_id as transaction_id, n.object_key, n.object_type, n.object_id, 1 as way
  from (select distinct object_key, object_type, object_id from named) n
  join def_workflows w using (object_type)
  union
  select r.workflow, own.object_id, own.object_key, n.object_type, n.object_id, 2
  from named n
  join def_related r on r.related_type = n.object_type
  join named_objects own on own.event_no = n.event_no and own.object_type = r.object_type
),
near as materialized (
  select transaction_no from facts where object_key in (select object_key from hits)
)
select h.workflow, w.title, h.transaction_id, min_by(h.object_type, h.way) as object_type, min_by(h.object_id, h.way) as object_id, t.transaction_no, t.site
from hits h
join def_workflows w using (workflow)
join (from facts where transaction_no in (from near)) t using (workflow, transaction_id)
group by h.workflow, w.title, h.transaction_id, t.transaction_no, t.site, w.place
order by min(h.way), w.place, h.transaction_id
limit $limit
