-- the trace, when there is one of this id
select trace_id, count(*) as spans from spans where trace_id = lower($text) and may_see(site) group by all
