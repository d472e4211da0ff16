-- no object type has ids that may be joined
create or replace temp table joined_ids (object_type varchar, object_id varchar, canonical_id varchar);
