-- Systems hold different versions of an item, a bill of materials or a supplier.
-- A change was taken over with another content than it had, or an older change overwrote a newer one: orders are made, bought or sold by data
-- that only one system believes in. Changes are `item.changed`, take-overs `item.synced`; both name the item and its `item_change`. Contents are
-- compared where both state `mfg.payload.digest`, made of the same form of the record. Bills of materials and suppliers in the same way, as
-- types of your own: `bom.changed`, `bom.synced` with objects `bom` and `bom_change`; `supplier.changed`, `supplier.synced`.
-- severity: important
-- owner: master-data
-- per: item, bom, supplier
-- reads: item.changed, item.synced, bom.changed, bom.synced, supplier.changed, supplier.synced
with
said as (
  select e.*, o.object_id as change, e.event_type = e.kind || '.changed' as is_change
  from events e
  join names o on o.event_no = e.event_no and o.object_type = e.kind || '_change'
  where not e.is_error and e.event_type in (e.kind || '.changed', e.kind || '.synced')
),
changes as (
  select
    kind, key, change, min(event_ns) as changed_ns,
    arg_max({digest: payload_digest, event_no: event_no}, {ns: event_ns, attempt: attempt, id: event_id}) as said
  from said
  where is_change
  group by all
),
taken as (
  select
    s.kind, s.key, s.system, s.site, s.change, s.event_no, s.event_ns, s.payload_digest, c.changed_ns, c.said,
    max(c.changed_ns) over (partition by s.kind, s.key, s.system, s.site) as newest_ns,
    row_number() over (partition by s.kind, s.key, s.system, s.site order by s.event_ns desc, s.attempt desc, s.event_id desc, s.change desc) as place
  from said s
  join changes c using (kind, key, change)
  where not s.is_change
)
select
  t.kind,
  t.key,
  w.workflow,
  case when w.workflow is not null then t.change end as transaction_id,
  t.site,
  t.event_ns as from_ns,
  upper(t.system) || case when t.changed_ns < t.newest_ns
    then ' took over change ' || t.change || ' of ' || t.key || ' after a newer one.'
    else ' holds ' || t.key || ' with another content than change ' || t.change || ' has.' end as detail,
  list_sort([t.event_no, t.said.event_no]) as evidence
from taken t
left join workflows w on w.object_type = t.kind || '_change'
where t.place = 1
  and (t.changed_ns < t.newest_ns or t.payload_digest <> t.said.digest)
