-- leaves `unmapped_found`: the unmapped spans of one source, service, system, name and destination ('' for what states none)
create or replace temp table unmapped_found as
select span_no, start_ns
from unmapped_spans($from_ns)
where source = $source and coalesce(service, '') = $service and coalesce(system, '') = $system and name = $name
  and coalesce(destination, '') = $destination
