-- objects that `naming` names for the first time, or with an earlier event than known; who is no longer named keeps a first that is too early, which is harmless
create or replace temp table earlier as
select n.*, f.object_key is not null as is_known
from (
  select object_key, min(event_no) as first_event_no, any_value(object_type) as object_type, any_value(object_id) as object_id from naming group by object_key
) n
left join object_firsts f on f.object_key = n.object_key
where f.object_key is null or n.first_event_no < f.first_event_no;

delete from object_firsts where object_key in (select object_key from earlier where is_known);
insert into object_firsts by name select * exclude (is_known) from earlier order by first_event_no;
