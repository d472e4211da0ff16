-- the objects asked about; `mine`: those of a transaction that the reader may see
create or replace temp table asked as
select object_type, object_id, object_key(object_type, object_id) as object_key, is_mine
from (select unnest($types::varchar[]) as object_type, unnest($ids::varchar[]) as object_id, unnest($mine::boolean[]) as is_mine);
