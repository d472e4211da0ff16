-- how many spans `unmapped_found` has
select count(*) as spans from unmapped_found
