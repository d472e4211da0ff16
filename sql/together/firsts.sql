-- one row per object asked about: when the first event that names it took effect, whatever else it names
select object_type, object_id, min(event_ns) from naming group by all
