-- one row per workflow and type of objects whose events count for its transactions
select r.object_type, r.related_type, w.title, w.place
from def_related r
join def_workflows w using (workflow)
order by w.place
