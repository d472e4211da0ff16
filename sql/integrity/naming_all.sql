-- the events that name anything the rule is about
select n.object_type as kind, n.object_id as key, n.event_no
from named_objects n
where n.object_type in ({kinds})
