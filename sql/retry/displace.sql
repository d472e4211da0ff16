-- Takes out what was recorded later than something of the same identity that is `understood` (id_hash, identity, recorded_ns) only now: the
-- first recorded counts, whenever it was understood. Adds to `forgotten`.
create or replace temp table gone_spans as
select s.span_no, s.source, s.position
from spans s join understood u on s.id_hash = u.id_hash and s.span_id = u.identity
where s.recorded_ns > u.recorded_ns;

create or replace temp table gone_logs as
select l.log_no, l.source, l.position
from log_rows l join understood u on l.id_hash = u.id_hash and l.identity = u.identity
where l.recorded_ns > u.recorded_ns;

create or replace temp table gone_events as
select e.event_no
from events e join understood u on e.id_hash = u.id_hash and e.identity = u.identity
where e.recorded_ns > u.recorded_ns;

create or replace temp table gone_stock as
select s.source, s.position, s.recorded_ns
from stock_snapshots s join understood_stock u using (source, position)
where s.recorded_ns > u.recorded_ns;

insert into forgotten
select (select count(*) from gone_spans) + (select count(*) from gone_logs) + (select count(*) from gone_events)
     + (select count(*) from gone_stock);

delete from span_links where span_no in (select span_no from gone_spans);
delete from span_objects where span_no in (select span_no from gone_spans);
delete from spans where span_no in (select span_no from gone_spans);
delete from log_rows where log_no in (select log_no from gone_logs);
delete from event_objects where event_no in (from gone_events);
delete from events where event_no in (from gone_events);
delete from stock_snapshots where (source, position, recorded_ns) in (select (source, position, recorded_ns) from gone_stock);
delete from rejected
where part = 'event' and (source, position) in (select (source, position) from gone_spans union all select (source, position) from gone_logs);
