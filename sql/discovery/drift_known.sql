-- one row per workflow asked about that ever ran: since when it is known, and how long nine in ten of those that ended took
select w.workflow, k.since_ns, coalesce(d.p90_ns, 0)::bigint as p90_ns
from def_workflows w
join (
  select workflow, min(start_ns) as since_ns
  from facts
  where getvariable('site') is null or site = getvariable('site')
  group by workflow
) k using (workflow)
left join (select workflow, quantile_disc(last_event_ns - start_ns, 0.9) as p90_ns from drifting where is_over group by workflow) d using (workflow)
where getvariable('workflow') is null or w.workflow = getvariable('workflow')
order by w.place
