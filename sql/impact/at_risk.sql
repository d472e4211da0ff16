-- one row per open order that something in `troubled` holds up, the earliest needed first; `orders`: how many there are in all
with
held as (
  select
    a.object_type, a.object_id,
    list({kind: t.kind, workflow: t.workflow, title: w.title, transaction_id: t.transaction_id, milestone: t.milestone, error_class: t.error_class,
          since_ns: t.since_ns, distance: a.distance}
      order by list_position(['failed', 'missing', 'violation', 'unjudged'], t.kind), a.distance, w.place, t.transaction_id, t.milestone) as holds,
    any_value(a.place) as place, any_value(a.site) as site, any_value(a.customer) as customer, any_value(a.partner) as partner,
    any_value(a.work_center) as work_center, any_value(a.value) as value, any_value(a.currency) as currency, any_value(a.promised_ns) as promised_ns,
    any_value(a.due_ns) as due_ns, any_value(least(a.promised_ns, a.due_ns)) as need_ns, any_value(a.lines) as lines
  from troubled t
  join affected a using (transaction_no)
  join def_workflows w using (workflow)
  where not (a.is_cancelled or a.is_done)
  group by a.object_type, a.object_id
),
valued as (
  select
    h.* replace (coalesce(h.value, o.value) as value, case when h.value is null then (select currency from def_inventory) else h.currency end as currency),
    open_lines(h.lines) as open_lines,
    len(h.lines) > 0 and len(list_filter(h.lines, lambda l: l.ordered_quantity is null)) = 0 as is_measured
  from held h
  left join open_worths o using (object_type, object_id)
)
select
  v.object_type, v.object_id, v.site, coalesce(s.timezone, e.timezone) as timezone, v.customer, v.partner, v.work_center,
  v.value, case when v.value is not null then v.currency end as currency,
  v.promised_ns, v.due_ns, v.need_ns, v.lines, v.open_lines, v.is_measured, v.holds, count(*) over () as orders
from valued v
left join def_sites s on s.site = v.site
cross join (select timezone from def_sites where site = '') e
where ($order_type is null or v.object_type = $order_type)
  and ($needed_from_ns is null or v.need_ns >= $needed_from_ns)
  and ($needed_to_ns is null or v.need_ns < $needed_to_ns)
order by v.need_ns nulls last, v.place, v.object_id
limit $stop::bigint - $start::bigint offset $start::bigint
