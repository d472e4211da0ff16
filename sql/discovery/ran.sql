-- the transactions asked about: of `workflow` and `site` (null: all), that began from `from_ns` until before `to_ns`
create or replace temp table ran as
select
  transaction_no, workflow, transaction_id, site, variant, is_straight, start_ns, last_event_ns, reached, due,
  is_over(is_complete, is_cancelled, is_abandoned) as is_over
from facts
where start_ns >= coalesce(getvariable('from_ns'), start_ns) and start_ns < coalesce(getvariable('to_ns'), start_ns + 1)
  and (getvariable('workflow') is null or workflow = getvariable('workflow'))
  and (getvariable('site') is null or site = getvariable('site'));

-- one row per variant of them
create or replace temp table ran_variants as
select
  workflow,
  variant,
  count(*) as transactions,
  count(*) filter (where is_over) as over,
  median((last_event_ns - start_ns) / 1e9) as seconds,
  max(start_ns) as newest_ns,
  max({ns: start_ns, id: transaction_id}, 3) as newest   -- the three newest, the newest first
from ran
group by all;

create or replace temp table ran_deviations as from deviations_of('ran_variants');
