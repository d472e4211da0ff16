-- one row per minute in which a case of these facts counts that time alone cannot change (the columns of settled_minutes)
with
settled as materialized (
  select metric, workflow, site, partner, from_ns, decided_ns, outcome = 'good' as is_good
  from metric_cases
  where is_settled and outcome in ('good', 'bad')
),
placed as (
  select metric, workflow, site, partner, is_good, 'begun' as moment, from_ns // 60000000000 * 60000000000 as minute_ns
  from settled
  union all
  select metric, workflow, site, partner, is_good, 'decided' as moment, decided_ns // 60000000000 * 60000000000 as minute_ns
  from settled
)
select metric, workflow, site, partner, moment, minute_ns, count(*) filter (where is_good) as good, count(*) filter (where not is_good) as bad
from placed
group by all
