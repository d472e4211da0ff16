-- one row per case of a rule or of a difference that is still so
select s.place
from stepped s
where s.step is null and s.kind = 'violation' and exists (
  from violations_then v
  where v.rule = s.milestone and coalesce(v.workflow, v.kind) = s.workflow and coalesce(v.transaction_id, v.key) = s.transaction_id)
union all
select s.place
from stepped s
join differing d on d.cause = s.milestone and d.workflow = s.workflow and d.transaction_id = s.transaction_id
where s.step is null and s.kind = 'inventory'
