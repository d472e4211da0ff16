-- one row per pair of systems whose messages arrive before they are sent, from `from_ns` on: how many, and by how much the receiver's clock is
-- behind the sender's at the least. `ahead_ns` bounds it from the other side, by the fastest answer back
with
passage as (
  select
    coalesce(p.system_name, p.system, p.service) as sender, coalesce(c.system_name, c.system, c.service) as receiver, c.start_ns - p.start_ns as took_ns
  from spans c
  join spans p on p.span_id = c.parent_id and p.recorded_ns <= getvariable('known_at')
  where c.kind in (2, 5) and c.start_ns > $from_ns and c.start_ns <= getvariable('as_of') and c.recorded_ns <= getvariable('known_at')
    and may_see(c.site) and may_see(p.site)
  union all
  select
    coalesce(p.system_name, p.system, p.service), coalesce(c.system_name, c.system, c.service), c.start_ns - p.start_ns
  from spans c
  join span_links l on l.span_no = c.span_no
  join spans p on p.span_id = l.linked_span_id and p.recorded_ns <= getvariable('known_at')
  where c.kind in (2, 5) and c.start_ns > $from_ns and c.start_ns <= getvariable('as_of') and c.recorded_ns <= getvariable('known_at')
    and may_see(c.site) and may_see(p.site)
),
way as (
  select sender, receiver, count(*) as messages, count(*) filter (where took_ns < 0) as early, min(took_ns) as fastest_ns
  from passage
  where sender <> receiver
  group by all
)
select w.sender, w.receiver, w.messages, w.early, -w.fastest_ns as behind_ns, back.fastest_ns as ahead_ns
from way w
left join way back on back.sender = w.receiver and back.receiver = w.sender
where w.fastest_ns < -$least_ns
order by behind_ns desc, w.sender, w.receiver
