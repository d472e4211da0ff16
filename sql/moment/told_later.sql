-- whether something was told after the moment
select count(*) > 0 from meta where key = 'newest_recorded_ns' and value::bigint > getvariable('known_at');
