-- objects that are {called}: those that are exactly so, then the newest
select distinct object_type, object_id, object_key, first_event_no, object_id in (select unnest($forms::varchar[])) as is_it
from first_named
where {called}
order by is_it desc, first_event_no desc, object_type, object_id
limit $limit
