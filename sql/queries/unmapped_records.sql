-- records that say no event, by source and the fields they have, told from `from_ns` on: what a mapping could make events of. Their site is not
-- known, so they are for those who see all
select source, md5(shape)[:12] as shape_id, records, newest_recorded_ns, example, example_position
from unmapped_records
where newest_recorded_ns > $from_ns and first_recorded_ns <= getvariable('known_at') and may_see(null)
order by records desc, source, shape
limit 25
