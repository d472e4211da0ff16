-- one row per milestone that should come and has not
select x.workflow, x.transaction_id, x.milestone, x.system, x.site, utc(x.opened_ns) as opened_time, utc(x.due_ns) as due_time, x.state,
  (x.due_ns - getvariable('as_of')) / 1e9 as seconds_left,
  w.owner, w.criticality,
  utc(coalesce(m.watermark_ns, a.watermark_ns)) as known_until_time
from expectations x
join def_workflows w using (workflow)
left join watermarks m on m.system = x.system and m.site = coalesce(x.site, '')
left join system_watermarks a on a.system = x.system
order by x.workflow, x.transaction_id, x.milestone
