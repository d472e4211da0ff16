-- one row per type of objects that a workflow is about or takes in, by the place of the first of these workflows
select object_type, min(place) as place
from (
  select object_type, place from def_workflows
  union all
  select r.related_type, w.place from def_related r join def_workflows w using (workflow)
)
group by object_type
