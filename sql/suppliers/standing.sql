-- one row per partner that the transactions asked about name: how they stand, how fast it answers, and which promised times were kept
with
promises as (
  select
    partner,
    count(*) filter (where on_time = 'kept') as kept,
    count(*) filter (where on_time in ('late', 'missing')) as broken,
    count(*) filter (where on_time = 'kept' and in_full = 'kept') as whole,
    count(*) filter (where on_time in ('late', 'missing') or in_full in ('late', 'missing')) as not_whole
  from asked_promises
  group by partner
),
-- what only the partner itself can say and has not
waits as (
  select transaction_no, count(*) as unanswered, min(opened_ns) as unanswered_since_ns
  from judged_steps
  where system = 'supplier' and is_wanting and is_judged
  group by transaction_no
),
standing as materialized (
  select
    t.partner,
    count(*) filter (where t.is_open) as open,
    count(*) filter (where t.status = 'failed') as failed,
    count(*) filter (where t.status = 'overdue') as overdue,
    count(*) filter (where t.is_unjudged) as unjudged,
    count(*) filter (where t.start_ns >= getvariable('from_ns')) as started,
    max(t.last_event_ns) as newest_event_ns,
    coalesce(sum(w.unanswered), 0)::bigint as unanswered,
    min(w.unanswered_since_ns) as unanswered_since_ns
  from asked_transactions t
  left join waits w using (transaction_no)
  group by t.partner
),
-- when those who owe something last said anything. What happened lately says it of most; of the others all is looked through
saying as (
  select workflow, list_transform(list_filter(steps, lambda s: s.system = 'supplier'), lambda s: s.step) as steps
  from def_workflows
),
said_lately as materialized (
  select f.partner, max(list_max(list_select(f.reached, s.steps))) as said_ns
  from facts f
  join saying s using (workflow)
  where f.partner in (select partner from standing where unanswered > 0) and len(s.steps) > 0
    and f.last_event_ns >= getvariable('as_of') - 604800000000000
  group by all
  having said_ns >= getvariable('as_of') - 604800000000000
),
said as (
  from said_lately
  union all
  select f.partner, max(list_max(list_select(f.reached, s.steps))) as said_ns
  from facts f
  join saying s using (workflow)
  where f.partner in (select partner from standing where unanswered > 0 and partner not in (select partner from said_lately)) and len(s.steps) > 0
  group by all
),
receipts as (
  select partner, count(*) as receipts, count(*) filter (where is_error) as unread
  from asked_receipts
  group by partner
),
answers as (
  select
    partner,
    count(*) filter (where outcome = 'good') as good,
    count(*) filter (where outcome = 'bad') as bad,
    count(*) filter (where outcome = 'open') as waiting,
    count(*) filter (where outcome = 'clock_fault') as clock_faults,
    quantile_cont(measured_ns / 1e9, [0.5, 0.9]) as quantiles
  from asked_answers
  where from_ns >= getvariable('from_ns')
  group by partner
)
select
  t.* exclude (unanswered_since_ns),
  coalesce(a.good, 0) as good, coalesce(a.bad, 0) as bad, coalesce(a.waiting, 0) as waiting,
  coalesce(a.clock_faults, 0) as clock_faults, a.quantiles[1] as p50, a.quantiles[2] as p90,
  coalesce(p.kept, 0) as kept, coalesce(p.broken, 0) as broken, coalesce(p.whole, 0) as whole, coalesce(p.not_whole, 0) as not_whole,
  coalesce(r.receipts, 0) as receipts, coalesce(r.unread, 0) as unread,
  s.said_ns,
  coalesce(t.unanswered_since_ns > coalesce(s.said_ns, -1), false) as is_quiet
from standing t
left join answers a using (partner)
left join promises p using (partner)
left join receipts r using (partner)
left join said s using (partner)
order by t.overdue desc, bad desc, t.open desc, t.partner
