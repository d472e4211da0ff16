-- adds what has come to the hours; since when a redelivery is known may have changed with it. The hours lie in order: those of years are not read
set variable hours_from = (select min(hour) from hours_come);
set variable hours_to = (select max(hour) from hours_come);

create or replace temp table hours_renewed as
select event_type, system, schema_version, site, hour, sum(columns(* exclude (event_type, system, schema_version, site, hour, newest_event_ns)))::bigint,
  max(newest_event_ns) as newest_event_ns
from (
  from hours_come
  union all by name
  from interface_hours semi join hours_come using (event_type, system, schema_version, site, hour)
  where hour between getvariable('hours_from') and getvariable('hours_to')
)
group by all;

delete from interface_hours
where hour between getvariable('hours_from') and getvariable('hours_to')
  and (event_type, system, schema_version, site, hour) in (select (event_type, system, schema_version, site, hour) from hours_come);

insert into interface_hours by name from hours_renewed order by hour;

delete from redeliveries where event_no in (select event_no from said_again);

insert into redeliveries by name from said_again order by event_no;
