-- from `changed` (event_no) and `renamed` (object_type, object_id): the transactions whose facts may differ
create or replace temp table touched_ids as
select *, object_key(object_type, object_id) as object_key
from (
  select object_type, object_id from named_objects where event_no in (from changed)
  union
  from renamed
);

set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from touched_ids));

create or replace temp table scope as
select w.workflow, t.object_id as transaction_id
from touched_ids t
join def_workflows w on w.object_type = t.object_type
union
select w.workflow, own.object_id as transaction_id
from touched_ids t
join def_related w on w.related_type = t.object_type
join named_objects related on related.event_no >= getvariable('names_from') and related.object_key = t.object_key and related.object_type = t.object_type and related.object_id = t.object_id
join named_objects own on own.event_no >= getvariable('names_from') and own.event_no = related.event_no and own.object_type = w.object_type;


-- an order is what all transactions of it say, so they come together
insert into scope
select w.workflow, o.transaction_id
from (
  select distinct v.object_type, s.transaction_id
  from scope s
  join def_workflows v using (workflow)
  where v.object_type in (select object_type from def_orders)
) o
join def_workflows w using (object_type)
where not exists (from scope s where s.workflow = w.workflow and s.transaction_id = o.transaction_id);
