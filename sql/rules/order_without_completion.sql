-- A scheduled order passed its planned end without a completion.
-- A completion that is lost at its source starts nothing else: no confirmation is late, no posting is missed, and nobody is told. The MES must
-- state the planned end: `mfg.promised_time`, else `mfg.due_time`, on `work_order.scheduled` or a later change of the work order; and the
-- completion must name the `production_order`. It counts from the planned end until the first completion, or the cancellation of the order.
-- severity: critical
-- owner: plant-it
-- per: production_order
-- needs: work_order.scheduled@mes, production.completed@mes
-- reads: work_order.changed@mes, work_order.resequenced@mes, order.cancelled@erp
with
planned as (
  select
    key,
    arg_min(site, {ns: event_ns, attempt: attempt, id: event_id}) as site,
    arg_max({ns: coalesce(promised_ns, due_ns), event_no: event_no, quantity: quantity}, {ns: event_ns, attempt: attempt, id: event_id}) as said
  from events
  where event_type in ('work_order.scheduled', 'work_order.changed', 'work_order.resequenced') and not is_error
    and coalesce(promised_ns, due_ns) is not null
  group by all
),
ended as (
  select key, min(event_ns) as ended_ns, list(event_no) as events
  from events
  where event_type in ('production.completed', 'order.cancelled') and not is_error
  group by all
)
select
  p.key,
  w.workflow,
  case when w.workflow is not null then p.key end as transaction_id,
  p.site,
  p.said.ns as from_ns,
  e.ended_ns as until_ns,
  'mes' as waits_for,
  p.said.quantity as quantity,
  'Order ' || p.key || ' was to be done; no completion of it had come by its planned end.' as detail,
  list_sort([p.said.event_no] || coalesce(e.events, [])) as evidence
from planned p
left join ended e using (key)
left join workflows w on w.object_type = 'production_order'
where e.ended_ns is null or e.ended_ns > p.said.ns
