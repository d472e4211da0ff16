-- one row per source, system and site that sent events, and one per source that sent only other things. What is not counted by site is
-- null for those who see only some sites: the numbers would tell them how much the others send
with
refused as (select source, count(*) as rejected, max(recorded_ns) as newest_rejected_ns from rejected where recorded_ns <= getvariable('known_at') group by all),
spanned as (select source, count(*) as spans, max(recorded_ns) as newest_ns from spans where recorded_ns <= getvariable('known_at') group by all),
logged as (select source, count(*) as log_rows, max(recorded_ns) as newest_ns from log_rows where recorded_ns <= getvariable('known_at') group by all),
stocked as (select source, count(*) as stock_rows, max(recorded_ns) as newest_ns from stock_snapshots where recorded_ns <= getvariable('known_at') group by all),
named as (
  select source from def_sources
  union select source from feeds
  union select source from refused
  union select source from spanned
  union select source from logged
  union select source from stocked
)
select
  n.source,
  nullif(f.system, '') as system,
  nullif(f.site, '') as site,
  coalesce(f.events, 0) as events,
  f.first_event_ns,
  f.newest_event_ns,
  coalesce(f.newest_recorded_ns, case when may_see(null) then greatest(s.newest_ns, l.newest_ns, k.newest_ns) end) as newest_recorded_ns,
  case when may_see(null) then coalesce(r.rejected, 0) end as rejected,
  case when may_see(null) then coalesce(s.spans, 0) end as spans,
  case when may_see(null) then coalesce(l.log_rows, 0) end as log_rows,
  case when may_see(null) then coalesce(k.stock_rows, 0) end as stock_rows,
  coalesce(d.is_complete, false) as is_complete
from named n
left join feeds f using (source)
left join refused r using (source)
left join spanned s using (source)
left join logged l using (source)
left join stocked k using (source)
left join def_sources d using (source)
where f.source is null or may_see(nullif(f.site, ''))
order by n.source, f.system, f.site
