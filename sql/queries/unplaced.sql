-- one row per system, name and class of failures that nobody can place
select
  system,
  name,
  error_class,
  count(*) as failures,
  list_sort(list(distinct site) filter (where site is not null)) as sites,
  min(event_ns) as first_ns,
  max(event_ns) as last_ns,
  arg_max(error_text, event_ns) as example_text,
  arg_max(trace_id, event_ns) as example_trace_id
from unplaced_failures
where may_see(site)
group by all
order by failures desc, system, name
