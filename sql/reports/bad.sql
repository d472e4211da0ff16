-- leaves `bad_cases`: one row per promise asked about (its place) and case that broke it from `from_ns` until before `to_ns`
create or replace temp table bad_cases as
with asked as (
  select
    generate_subscripts($metrics::varchar[], 1) - 1 as place, unnest($metrics::varchar[]) as metric, unnest($sites::varchar[]) as site,
    unnest($workflows::varchar[]) as workflow, unnest($partners::varchar[]) as partner
)
select a.place, c.metric, c.workflow, c.site, c.transaction_no, c.milestone
from metric_cases c
join asked a using (metric)
where c.outcome = 'bad'
  and c.from_ns >= getvariable('from_ns') and c.from_ns < getvariable('to_ns')
  and (a.site is null or c.site = a.site)
  and (a.workflow is null or c.workflow = a.workflow)
  and (a.partner is null or c.partner = a.partner)
