-- what unmapped spans from `from_ns` on are called, how many there are of each, and an example: attributes are read of the examples alone
with called as (
  select
    source, service, system, name, destination, count(*) as spans, count(*) filter (where is_error) as error_spans,
    max(start_ns) as newest_ns, arg_max(span_no, start_ns) as example_no
  from unmapped_spans($from_ns)
  group by all
  order by spans desc, name, source, service, system, destination
  limit 25
)
select c.* exclude (example_no), s.attributes as example_attributes, s.trace_id as example_trace_id
from called c
join (from spans where span_no in (select example_no from called)) s on s.span_no = c.example_no
order by c.spans desc, c.name, c.source, c.service, c.system, c.destination
