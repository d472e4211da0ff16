-- events whose names change join `renaming`; what they used to be called, and what was joined otherwise, joins `renamed`
create or replace temp table renaming as
select event_no from changed
union
select o.event_no
from (
  select event_no, object_type, object_id from event_objects
  union all
  select event_no, object_type, object_id from placements where event_no is not null
) o
join ((from aliases except from joined_ids) union (from joined_ids except from aliases)) j
  on j.object_type = o.object_type and j.object_id = o.object_id;

insert into renamed
select distinct object_type, object_id from object_names where event_no in (from renaming);
