-- what unmapped spans from `from_ns` on are called, how many there are of each, and an example
select
  source, service, system, name, destination, count(*) as spans, count(*) filter (where is_error) as error_spans,
  max(start_ns) as newest_ns, arg_max(attributes, start_ns) as example_attributes, arg_max(trace_id, start_ns) as example_trace_id
from unmapped_spans($from_ns)
group by all
order by spans desc, name
limit 25
