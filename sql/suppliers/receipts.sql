-- one row per receipt of the partner asked about, what it could not read first, then the newest; `receipts`: how many there are in all
with
shown as materialized (
  from asked_receipts
  order by is_error desc, event_ns desc, event_no desc
  limit $stop::bigint
),
named as (
  select o.event_no, min_by(w.workflow, w.place) as workflow, min_by(o.object_id, w.place) as transaction_id
  from told_names o
  join def_workflows w on w.object_type = o.object_type
  where o.event_no in (select event_no from shown)
  group by all
)
select s.event_ns, s.is_error, s.error_code, s.error_text, n.workflow, n.transaction_id, coalesce(z.timezone, e.timezone) as timezone,
  (select count(*) from asked_receipts) as receipts
from shown s
left join named n using (event_no)
left join def_sites z on z.site = s.site
cross join (select timezone from def_sites where site = '') e
order by s.is_error desc, s.event_ns desc, s.event_no desc
