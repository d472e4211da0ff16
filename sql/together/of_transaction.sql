-- the objects whose every event is at hand where the one transaction in `scope` is: its own, and the related ones named with it
create or replace temp table asked as
select object_type, object_id, object_key, true as is_mine from own_ids
union
select object_type, object_id, object_key, false from related_ids;

set variable names_from = 0;
