-- placements that new spans and events change: the events concerned join `changed`, what they name or used to name joins `renamed`
create or replace temp table renamed (object_type varchar, object_id varchar);

create or replace temp table placed_before as
from placements p
where p.event_no in (select event_no from candidates) or p.span_no in (select span_no from candidates);

create or replace temp table placed_otherwise as
(from placed_before except from placed) union all (from placed except from placed_before);

insert into changed select distinct event_no from placed_otherwise where event_no is not null;
insert into renamed select distinct object_type, object_id from placed_otherwise;

delete from placements
where event_no in (select event_no from candidates) or span_no in (select span_no from candidates);
insert into placements by name from placed;
