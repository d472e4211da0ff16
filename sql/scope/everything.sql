-- everything is in scope; no moment bounds it
create or replace temp view scoped_events as from events;
create or replace temp view scoped_objects as select event_no, object_type, object_id from object_names;
