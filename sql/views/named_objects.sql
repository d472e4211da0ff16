-- one row per event and object it names or takes over; a reader of a past moment may put another view in front
create or replace view named_objects as from object_names;
