-- what is usual of the feeds that said something new
delete from feed_gaps where (source, system, site) in (from pulsing);
insert into feed_gaps by name from fresh_gaps;
