-- the settled minutes of all facts, where there were none
insert into settled_minutes from minutes_come order by minute_ns;
