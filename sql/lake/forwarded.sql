-- up to which number of a spool its records are in the lake
select coalesce(max(number), 0) from records where spool = $spool
