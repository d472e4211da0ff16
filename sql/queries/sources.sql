-- one row per source, system and site that sent events, and one per source that sent only other things. What is not counted by site is
-- null for those who see only some sites: the numbers would tell them how much the others send
with
refused as (select source, count(*) as rejected, max(recorded_ns) as newest_rejected_ns from rejected where recorded_ns <= getvariable('known_at') group by all),
spanned as (select source, count(*) as spans, max(recorded_ns) as newest_ns from spans where recorded_ns <= getvariable('known_at') group by all),
logged as (select source, count(*) as log_rows, max(recorded_ns) as newest_ns from log_rows where recorded_ns <= getvariable('known_at') group by all),
stocked as (select source, count(*) as stock_rows, max(recorded_ns) as newest_ns from stock_snapshots where recorded_ns <= getvariable('known_at') group by all),
named as (
  select source from def_sources
  union select source from feeds where source <> 'syncline'   -- what it says itself
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
  coalesce(d.is_complete, false) as is_complete,
  q.watermark_ns as known_until_ns,
  coalesce(q.gaps, 0) as gaps,
  not coalesce(q.is_told, false) as is_usual,
  q.usual_ns / 1e9 as usual_seconds,
  q.silent_after_ns / 1e9 as silent_after_seconds,
  q.age_ns / 1e9 as quiet_seconds,
  coalesce(q.is_silent, false) as is_silent
from named n
left join feeds f on f.source = n.source
left join feed_silence q on q.source = f.source and q.system = f.system and q.site = f.site
left join refused r on r.source = n.source
left join spanned s on s.source = n.source
left join logged l on l.source = n.source
left join stocked k on k.source = n.source
left join def_sources d on d.source = n.source
where f.source is null or may_see(nullif(f.site, ''))
order by n.source, f.system, f.site
