-- one row per order with a partner and a promised time before the moment: whether what was promised came (on_time), and whether all that was
-- ordered came by when it was due (in_full); kept, late, missing, open or unjudged; null where its workflow adds nothing up
create or replace view supplier_promises as
with
promising as (
  select
    w.workflow,
    p.s.step as promised_step, p.s.milestone as promised_milestone,
    list_filter(w.steps, lambda step: step.until_field = 'ordered_quantity')[1] as whole
  from def_workflows w
  cross join (select workflow, unnest(steps) as s from def_workflows) p
  where p.workflow = w.workflow and p.s.by_field = 'promised_time'
),
unjudged as (
  select transaction_no, list(milestone) as unjudged from judged_steps where is_wanting and not is_judged group by transaction_no
),
standing as (
  select
    f.partner, f.workflow, f.transaction_id, f.site,
    f.promised_ns, f.reached[p.promised_step] as sent_ns,
    f.due[p.whole.step] as full_due_ns, f.reached[p.whole.step] as full_ns,
    p.whole.step is not null as adds_up,
    list_contains(coalesce(o.unjudged, []), p.promised_milestone) as is_sent_unjudged,
    list_contains(coalesce(o.unjudged, []), p.whole.milestone) as is_full_unjudged
  from facts f
  join promising p using (workflow)
  left join unjudged o using (transaction_no)
  where f.partner is not null and f.promised_ns is not null and not f.is_cancelled and f.due[p.promised_step] < getvariable('as_of')
    and f.promised_ns < getvariable('as_of')   -- says no more than the line before, without reading what is due
)
select
  partner, workflow, transaction_id, site, promised_ns, sent_ns, full_due_ns, full_ns,
  case
    when sent_ns <= promised_ns then 'kept'
    when sent_ns is not null then 'late'
    when is_sent_unjudged then 'unjudged'
    else 'missing' end as on_time,
  case
    when not adds_up then null
    when full_ns <= full_due_ns or (full_ns is not null and full_due_ns is null) then 'kept'
    when full_ns is not null then 'late'
    when is_full_unjudged then 'unjudged'
    when full_due_ns < getvariable('as_of') then 'missing'
    else 'open' end as in_full
from standing;
