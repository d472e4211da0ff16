-- one row per thing that rule {rule} is about, and event about it
create or replace temp table rule_about as
select a.kind, a.key, a.event_no
from (
  select n.object_type as kind, n.object_id as key, n.event_no
  from named_objects n
  where n.object_type in ({kinds})
  union all
  select c.kind, c.id, c.event_no
  from column_names c
  where c.kind in ({kinds})
    and not exists (from named_objects n where n.event_no = c.event_no and n.object_key = c.object_key and n.object_type = c.kind)
) a
join events e using (event_no)
where {is_looked_at}
