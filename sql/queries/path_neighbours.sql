-- transactions that share an object with the one in `scope`
with
shared as (
  select distinct o.object_type, o.object_id from scoped_objects o where o.event_no in (select event_no from members)
),
others as (
  select w.workflow, s.object_id as transaction_id, object_key(s.object_type, s.object_id) as object_key, s.object_type || ' ' || s.object_id as through
  from shared s
  join def_workflows w using (object_type)
  union
  select r.workflow, own.object_id, own.object_key, s.object_type || ' ' || s.object_id
  from shared s
  join def_related r on r.related_type = s.object_type
  join (from named_objects where object_key in (select object_key(object_type, object_id) from shared)) o
    on o.object_type = s.object_type and o.object_id = s.object_id
  join named_objects own on own.event_no = o.event_no and own.object_type = r.object_type
),
near as materialized (
  select transaction_no from facts where object_key in (select object_key from others)
)
select t.transaction_no, t.workflow, w.title, t.transaction_id, min(o.through) as through
from (from facts where transaction_no in (from near)) t
join others o using (workflow, transaction_id)
join def_workflows w using (workflow)
where not exists (from scope s where s.workflow = t.workflow and s.transaction_id = t.transaction_id)
group by t.transaction_no, t.workflow, w.title, t.transaction_id, w.place
order by w.place, t.transaction_id
limit 50
