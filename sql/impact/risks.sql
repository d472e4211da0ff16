-- one row per order in `chosen`, the earliest needed first
with
held as (
  select
    c.order_no,
    list({kind: t.kind, workflow: t.workflow, title: w.title, transaction_id: t.transaction_id, milestone: t.milestone, error_class: t.error_class,
          since_ns: t.since_ns, distance: a.distance}
      order by list_position(['failed', 'missing', 'violation', 'unjudged'], t.kind), a.distance, w.place, t.transaction_id, t.milestone) as holds
  from chosen c
  join affected a using (order_no)
  join troubled t using (transaction_no)
  join def_workflows w using (workflow)
  group by c.order_no
)
select
  c.object_type, c.object_id, c.place, o.site, coalesce(s.timezone, e.timezone) as timezone, o.customer, o.partner, o.work_center,
  coalesce(o.value, p.value) as value,
  case when o.value is not null then o.currency when p.value is not null then (select currency from def_inventory) end as currency,
  o.promised_ns, o.due_ns, c.need_ns, o.lines,
  list_filter(o.lines, lambda l: l.ordered_quantity > l.done_quantity) as open_lines,
  o.is_measured,
  h.holds, c.orders
from chosen c
join held h using (order_no)
join near_orders o using (order_no)
left join open_worths p using (order_no)
left join def_sites s on s.site = o.site
cross join (select timezone from def_sites where site = '') e
order by c.need_ns nulls last, c.place, c.object_id
