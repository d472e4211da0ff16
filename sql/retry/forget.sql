-- Takes out of the tables what the records named in `retried` (source, recorded_ns) left there. How many rows of it there were, beside what
-- was rejected, is told by `forgotten`.
create or replace temp table gone_spans as
select span_no from spans semi join retried using (source, recorded_ns);

create or replace temp table gone_events as
select event_no from events semi join retried using (source, recorded_ns);

create or replace temp table forgotten as
select (select count(*) from gone_spans) + (select count(*) from gone_events)
     + (select count(*) from log_rows semi join retried using (source, recorded_ns))
     + (select count(*) from stock_snapshots semi join retried using (source, recorded_ns)) as row_count;

delete from span_links where span_no in (from gone_spans);
delete from span_objects where span_no in (from gone_spans);
delete from spans where span_no in (from gone_spans);
delete from event_objects where event_no in (from gone_events);
delete from events where event_no in (from gone_events);
delete from log_rows where (source, recorded_ns) in (select (source, recorded_ns) from retried);
delete from stock_snapshots where (source, recorded_ns) in (select (source, recorded_ns) from retried);
delete from rejected where (source, recorded_ns) in (select (source, recorded_ns) from retried);
