-- the names at the moment: those of the events in `renaming` in place of today's
insert into renamed select distinct object_type, object_id from naming;
create or replace temp view named_objects as
from object_names where event_no not in (from renaming)
union all by name
from naming;
create or replace temp view first_named as
from object_firsts
union all by name
select object_key, event_no as first_event_no, object_type, object_id from naming;
