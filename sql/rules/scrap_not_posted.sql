-- Stock was scrapped, and the books still have it.
-- Quality has thrown a lot away; until the ERP posts the loss, planning counts on it. The scrapping and the posting must name the same lot:
-- `mfg.batch`, or an object of type `batch`. It counts from the end of the time that posting may take until the first posting of the lot.
-- severity: important
-- owner: quality
-- per: batch
-- needs: quality.scrapped@qms, inventory.posted@erp
-- setting: grace 4h
-- setting: clock_tolerance 60s
with
scrapped as (
  select e.key, e.site, e.event_no, e.event_ns, e.quantity, o.object_id as notice
  from events e
  left join names o on o.event_no = e.event_no and o.object_type = 'quality_notice'
  where e.event_type = 'quality.scrapped' and not e.is_error
),
posted as (
  select s.event_no, s.notice, min(e.event_ns) as posted_ns, arg_min(e.event_no, {ns: e.event_ns, attempt: e.attempt, id: e.event_id}) as posting
  from scrapped s
  join events e on e.key = s.key and e.event_type = 'inventory.posted' and not e.is_error and e.event_ns >= s.event_ns - $clock_tolerance
  group by all
)
select
  s.key,
  w.workflow,
  case when w.workflow is not null then s.notice end as transaction_id,
  s.site,
  s.event_ns + $grace as from_ns,
  p.posted_ns as until_ns,
  'erp' as waits_for,
  s.quantity,
  'Lot ' || s.key || ' was scrapped' || coalesce(' (' || s.notice || ')', '') || '; the ERP had not posted it in time.' as detail,
  list_sort(list_filter([s.event_no, p.posting], lambda number: number is not null)) as evidence
from scrapped s
left join posted p on p.event_no = s.event_no and p.notice is not distinct from s.notice
left join workflows w on w.object_type = 'quality_notice' and s.notice is not null
where p.posted_ns is null or p.posted_ns > s.event_ns + $grace
