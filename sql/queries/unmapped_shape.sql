-- how many records of one source and set of fields say no event, how many of them are kept one by one, and an example
select u.records, u.newest_recorded_ns, u.example,
  (select count(*) from unmapped_newest n where n.source = u.source and n.shape = u.shape and n.recorded_ns <= getvariable('known_at')) as listed
from unmapped_records u
where u.source = $source and md5(u.shape)[:12] = $shape_id and u.first_recorded_ns <= getvariable('known_at') and may_see(null)
