-- whether rule {rule} looks at an event, and it was known at the moment
e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at') and {is_looked_at}
