-- what had not taken effect, or what nobody had told us, at the moment
create or replace temp table changed as
select event_no from events where event_ns > getvariable('as_of') or recorded_ns > getvariable('known_at');
create or replace temp table renamed (object_type varchar, object_id varchar);
