-- whether rule {rule} looks at an event, and it was known at the moment
e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at') and exists (
  from def_rule_events d where d.rule = {rule} and d.event_type = e.event_type and (d.system is null or d.system = e.system))
