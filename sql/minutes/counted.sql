-- leaves `{minutes}`: one row per series and minute in which a case of these facts counts that time alone cannot change (the columns of
-- settled_minutes); series that are new join the others
create or replace temp table settled_cases as
select metric, workflow, site, partner, from_ns, decided_ns, outcome = 'good' as is_good
from metric_cases
where is_settled and outcome in ('good', 'bad');

insert into minute_series by name
select 2 * row_number() over () + (select coalesce(max(series), 0) from minute_series) - unnest([1, 0]) as series, c.*,
  unnest(['begun', 'decided']) as moment
from (select distinct metric, workflow, site, partner from settled_cases) c
where not exists (
  from minute_series s
  where s.metric = c.metric and s.workflow = c.workflow and s.site is not distinct from c.site and s.partner is not distinct from c.partner);

create or replace temp table {minutes} as
select s.series, case when s.moment = 'begun' then c.from_ns else c.decided_ns end // 60000000000 * 60000000000 as minute_ns,
  count(*) filter (where c.is_good) as good, count(*) filter (where not c.is_good) as bad
from settled_cases c
left join minute_series s   -- each has one; joined so, the many meet the few
  on s.metric = c.metric and s.workflow = c.workflow and s.site is not distinct from c.site and s.partner is not distinct from c.partner
group by all
