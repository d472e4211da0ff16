-- one row per violation, as of the moment, that names the transaction in `scope`; the most severe and oldest first
select v.rule, d.sentence, d.severity, v.detail, v.from_ns
from violations v
join scope s on s.workflow = v.workflow and s.transaction_id = v.transaction_id
join def_rules d using (rule)
order by list_position(['critical', 'important', 'routine'], d.severity), v.from_ns, v.rule, v.detail
