-- one row per case: what the events say about it. Events that the reader may not see count as much, but are not named
with
mine as materialized (
  -- what succeeded for the case's milestone, where that is reached or quantities add up to it
  select s.place, s.kind, m.adds_up, m.event_no, m.event_ns, m.attempt, m.event_id, m.idempotency_key, e.message_id,
    e.recovery_id, e.site, e.item, e.batch, e.quantity,
    s.event_id as case_event, s.event_ns as case_ns, s.attempt as case_attempt, s.idempotency_key as case_key, s.message_id as case_message,
    coalesce(m.event_ns = s.reached[s.step], false) as is_reaching
  from stepped s
  join members m on m.workflow = s.workflow and m.transaction_id = s.transaction_id and m.step = s.step and not m.is_error
  join scoped_events e using (event_no)
),
effects as (
  -- where quantities add up, an effect of the same message counts before the milestone is reached
  select place, event_ns, attempt, event_id, recovery_id, site
  from mine
  where is_reaching
    or (adds_up and kind = 'failed' and coalesce(
      idempotency_key = case_key or (event_ns >= case_ns and (recovery_id is not null or message_id = case_message)), false))
  union all by name
  -- what nobody could place may get through under the same message
  select s.place, e.event_ns, e.attempt, e.event_id, e.recovery_id, e.site
  from (from stepped where kind = 'unplaced' and message_id is not null) s
  join events e on e.message_id = s.message_id and not e.is_error and e.event_ns >= s.event_ns
  where e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
),
reaching as (
  select
    place, min(event_ns) as reached_ns,
    arg_min({event_id: case when may_see(site) then event_id end, recovery_id: recovery_id}, {ns: event_ns, attempt: attempt, id: event_id}) as by_event
  from effects
  group by place
),
keyed as (
  select s.place, list(coalesce(case when may_see(e.site) then e.event_id end, 'one you may not see') order by e.event_ns, e.event_id)[:20] as events
  from (from stepped where idempotency_key is not null) s
  join events e on e.idempotency_key = s.idempotency_key
  left join def_steps d on d.workflow = s.workflow and d.event_type = e.event_type and d.system = e.system
  where not e.is_error
    and e.event_id is distinct from s.event_id
    and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
    and not coalesce(list_contains(s.steps[d.step].dependents, s.step), false)   -- what came before it got through, or it would not have come so far
  group by s.place
),
newer as (
  -- where quantities add up, a later message is one more, unless it moves the same and was tried again
  select m.place, list(coalesce(case when may_see(m.site) then m.event_id end, 'one you may not see') order by m.event_ns, m.event_id)[:20] as events
  from mine m
  left join scoped_events e on e.event_id = m.case_event
  where m.event_ns > m.case_ns
    and (not m.adds_up or (m.attempt > m.case_attempt and m.quantity is not distinct from e.quantity and m.item is not distinct from e.item
      and m.batch is not distinct from e.batch))
  group by m.place
)
select
  s.place, s.step is null as is_of_no_step, s.is_cancelled,
  case when s.step is not null then coalesce(s.reached[s.step], r.reached_ns) else r.reached_ns end as reached_ns,
  r.by_event.event_id as reached_by,
  r.by_event.recovery_id as recovery_id,
  coalesce(list_transform(list_filter(s.steps[s.step].dependents, lambda n: s.reached[n] is not null), lambda n: s.steps[n].milestone), []) as behind,
  coalesce(k.events, []) as same_key,
  coalesce(n.events, []) as newer,
  nullif(greatest(coalesce(w.watermark_ns, a.watermark_ns, getvariable('default_mark'), -1), -1), -1) as heard_ns
from stepped s
left join reaching r using (place)
left join keyed k using (place)
left join newer n using (place)
left join watermarks w on w.system = s.system and w.site = coalesce(s.site, '')
left join system_watermarks a on a.system = s.system
order by s.place
