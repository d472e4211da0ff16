-- one row per workflow, in the order of the configuration
select workflow, title, object_type, criticality, owner, grace_ns, steps
from def_workflows
where has_workflow(workflow)
order by place
