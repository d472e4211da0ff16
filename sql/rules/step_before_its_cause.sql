-- A step happened before the step that causes it.
-- By more than a minute: a clock is wrong, a time was typed in, or a system acted without being asked. Durations over such a pair are no
-- durations; metrics leave them out as clock faults.
-- severity: routine
-- owner: plant-it
-- per: transaction *
-- needs: *
-- setting: clock_tolerance 60s
select
  s.kind,
  s.key,
  s.opened_ns as from_ns,
  s.milestone || ' of ' || s.key || ' happened ' || ((s.opened_ns - s.reached_ns) // 1000000000) || ' seconds before ' || s.after || '.' as detail,
  list_sort(list(e.event_no)) as evidence
from steps s
join events e on e.transaction_no = s.transaction_no and e.milestone in (s.milestone, s.after) and not e.is_error
where s.is_inconsistent and s.opened_ns - s.reached_ns > $clock_tolerance
group by s.kind, s.key, s.milestone, s.after, s.opened_ns, s.reached_ns
