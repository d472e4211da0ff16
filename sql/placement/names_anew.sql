-- the names of the events in `renaming`, replaced
delete from object_names where event_no in (from renaming);
insert into object_names by name from naming;
insert into renamed select distinct object_type, object_id from naming;
