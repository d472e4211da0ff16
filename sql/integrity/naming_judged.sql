-- the events that name what the rule has to be evaluated for
select k.kind, k.key, n.event_no
from judged_keys k
join named_objects n
  on n.event_no >= getvariable('names_from') and n.object_key = object_key(k.kind, k.key) and n.object_type = k.kind and n.object_id = k.key
where k.rule = {rule}
