-- one row per partner that transactions since `from_ns`, or open ones, have named: how they stand, and which promised times were kept
with
promising as (
  select workflow, unnest(steps, max_depth := 2) from def_workflows
),
promises as (
  select
    f.partner,
    count(*) filter (where f.reached[s.step] <= f.due[s.step]) as kept,
    count(*) filter (where f.reached[s.step] > f.due[s.step] or (f.reached[s.step] is null and f.due[s.step] < getvariable('as_of'))) as broken
  from facts f
  join promising s on s.workflow = f.workflow and s.by_field = 'promised_time'
  where f.partner is not null and f.promised_ns is not null and not f.is_cancelled
    and f.due[s.step] >= getvariable('from_ns') and f.due[s.step] <= getvariable('as_of')
  group by f.partner
),
standing as (
  select
    partner,
    count(*) filter (where is_open) as open,
    count(*) filter (where status = 'failed') as failed,
    count(*) filter (where is_overdue) as overdue,
    count(*) filter (where is_unjudged) as unjudged,
    count(*) filter (where start_ns >= getvariable('from_ns')) as started,
    max(last_event_ns) as newest_event_ns
  from transactions
  where partner is not null and (is_open or start_ns >= getvariable('from_ns'))
  group by partner
),
answers as (
  select
    partner,
    count(*) filter (where outcome = 'good') as good,
    count(*) filter (where outcome = 'bad') as bad,
    count(*) filter (where outcome = 'open') as waiting,
    quantile_cont(measured_ns / 1e9, [0.5, 0.9]) as quantiles
  from metric_cases
  where metric = 'supplier_response_cycle_time' and partner is not null and from_ns >= getvariable('from_ns')
  group by partner
)
select
  t.partner, t.open, t.failed, t.overdue, t.unjudged, t.started, t.newest_event_ns,
  coalesce(a.good, 0) as good, coalesce(a.bad, 0) as bad, coalesce(a.waiting, 0) as waiting, a.quantiles[1] as p50, a.quantiles[2] as p90,
  coalesce(p.kept, 0) as kept, coalesce(p.broken, 0) as broken
from standing t
left join answers a using (partner)
left join promises p using (partner)
order by t.overdue desc, bad desc, t.open desc, t.partner
