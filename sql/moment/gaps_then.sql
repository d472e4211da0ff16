-- what was usual of each feed at the moment
create or replace temp table feed_gaps as from fresh_gaps;
