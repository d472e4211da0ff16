-- one row per workflow, related object and transaction that one event in scope names together
create or replace temp table links as
select distinct
  w.workflow,
  related.object_type,
  related.object_id,
  own.object_id as transaction_id
-- those of a related type first: joined in another order, every object of every event would meet all others of it
from (from scoped_objects where object_type in (select related_type from def_related)) related
join scoped_objects own using (event_no)
join def_related w on w.related_type = related.object_type and w.object_type = own.object_type
