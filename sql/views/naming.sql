-- one row per transaction whose object some event names together with the asked one (`sales_order 4711`), or which is about that one itself
create or replace macro transactions_naming(asked) as table
with
object as (
  select split_part(asked, ' ', 1) as object_type, substr(asked, strpos(asked, ' ') + 1) as object_id
)
select distinct w.workflow, own.object_id as transaction_id
from object o
join named_objects n on n.object_key = object_key(o.object_type, o.object_id) and n.object_type = o.object_type and n.object_id = o.object_id
join named_objects own using (event_no)
join def_workflows w on w.object_type = own.object_type;
