-- one row per workflow, related object and transaction that one event in scope names together
create or replace temp table links as
select distinct
  w.workflow,
  related.object_type,
  related.object_id,
  own.object_id as transaction_id
from def_related w
join scoped_objects related on related.object_type = w.related_type
join scoped_objects own on own.event_no = related.event_no and own.object_type = w.object_type
