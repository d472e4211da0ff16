-- the hours and redeliveries of all events, where there were none
insert into interface_hours by name from hours_come order by hour;

insert into redeliveries by name from said_again order by event_no;
