-- one row per workflow: how many transactions began since `from_ns` at `site` (null: any)
select w.workflow, w.title, count(f.workflow) as transactions
from def_workflows w
left join facts f on f.workflow = w.workflow and f.start_ns >= getvariable('from_ns')
  and (getvariable('site') is null or f.site = getvariable('site'))
group by w.workflow, w.title, w.place
order by w.place
