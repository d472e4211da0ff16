-- the watermark where no feed has ever been seen: only when all sources are complete may anything be judged there
set variable default_mark = (select case when bool_and(is_complete) then getvariable('as_of') else -1 end from def_sources);
