-- events that were placed otherwise at the moment join `changed`
insert into changed
select distinct event_no
from (
  (select event_no, object_type, object_id from placements except select event_no, object_type, object_id from placed)
  union all
  (select event_no, object_type, object_id from placed except select event_no, object_type, object_id from placements)
)
where event_no is not null;
