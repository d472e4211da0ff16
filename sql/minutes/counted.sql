-- one row per series and minute in which a case of these facts counts that time alone cannot change (the columns of
-- settled_minutes); series that are new join the others: an odd number of when cases began, the even one after it of when they were decided.
-- Of few cases finding them is more work than keeping them: `kind` is a table then, else a view
create or replace temp {kind} settled_cases as
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

{into}
with numbered as materialized (
  select s.series, c.from_ns // 60000000000 as begun, c.decided_ns // 60000000000 as decided, c.is_good
  from settled_cases c
  left join (from minute_series where moment = 'begun') s   -- each has one, and next to it the one of when it was decided
    on s.metric = c.metric and s.workflow = c.workflow and s.site is not distinct from c.site and s.partner is not distinct from c.partner
)
select series, minute * 60000000000 as minute_ns, count(*) filter (where is_good) as good, count(*) filter (where not is_good) as bad
from (
  select series, begun as minute, is_good from numbered
  union all
  select series + 1, decided, is_good from numbered
)
group by all
order by minute_ns
