-- no event is called otherwise than before, for nothing was there to place
create or replace temp table renamed (object_type varchar, object_id varchar);
