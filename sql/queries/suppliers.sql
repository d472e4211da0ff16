-- one row per partner that transactions since `from_ns`, or open ones, have named, or only for the one asked for: how they stand, and which
-- promised times were kept
with
promises as (
  select
    partner,
    count(*) filter (where on_time = 'kept') as kept,
    count(*) filter (where on_time in ('late', 'missing')) as broken,
    count(*) filter (where on_time = 'kept' and in_full = 'kept') as whole,
    count(*) filter (where on_time in ('late', 'missing') or in_full in ('late', 'missing')) as not_whole
  from supplier_promises
  where promised_ns >= getvariable('from_ns') and ($partner is null or partner = $partner)
  group by partner
),
mine as materialized (
  select transaction_no, partner, is_open, status, is_unjudged, start_ns, last_event_ns, missing
  from transactions
  where partner is not null and ($partner is null or partner = $partner) and (is_open or start_ns >= getvariable('from_ns'))
),
-- what only the partner itself can say and has not, and when it last said anything
waits as (
  select m.partner, count(*) as unanswered, min(o.opened_ns) as unanswered_since_ns
  from open_steps o
  join mine m using (transaction_no)
  where o.system = 'supplier' and list_contains(m.missing, o.milestone)
  group by all
),
saying as (
  select workflow, list_transform(list_filter(steps, lambda s: s.system = 'supplier'), lambda s: s.step) as steps
  from def_workflows
),
said as (
  select f.partner, max(list_max(list_select(f.reached, s.steps))) as said_ns
  from facts f
  join saying s using (workflow)
  where f.partner in (select partner from waits) and len(s.steps) > 0
  group by all
),
receipts as (
  select partner, count(*) as receipts, count(*) filter (where is_error) as unread
  from supplier_receipts
  where event_ns >= getvariable('from_ns') and ($partner is null or partner = $partner)
  group by partner
),
standing as (
  select
    partner,
    count(*) filter (where is_open) as open,
    count(*) filter (where status = 'failed') as failed,
    count(*) filter (where status = 'overdue') as overdue,
    count(*) filter (where is_unjudged) as unjudged,
    count(*) filter (where start_ns >= getvariable('from_ns')) as started,
    max(last_event_ns) as newest_event_ns
  from mine
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
  where metric = 'supplier_response_cycle_time' and partner is not null and ($partner is null or partner = $partner)
    and from_ns >= getvariable('from_ns')
  group by partner
)
select
  t.partner, t.open, t.failed, t.overdue, t.unjudged, t.started, t.newest_event_ns,
  coalesce(a.good, 0) as good, coalesce(a.bad, 0) as bad, coalesce(a.waiting, 0) as waiting, a.quantiles[1] as p50, a.quantiles[2] as p90,
  coalesce(p.kept, 0) as kept, coalesce(p.broken, 0) as broken, coalesce(p.whole, 0) as whole, coalesce(p.not_whole, 0) as not_whole,
  coalesce(r.receipts, 0) as receipts, coalesce(r.unread, 0) as unread,
  coalesce(u.unanswered, 0) as unanswered, s.said_ns,
  coalesce(u.unanswered_since_ns > coalesce(s.said_ns, -1), false) as is_quiet
from standing t
left join answers a using (partner)
left join promises p using (partner)
left join waits u using (partner)
left join receipts r using (partner)
left join said s using (partner)
order by t.overdue desc, bad desc, t.open desc, t.partner
