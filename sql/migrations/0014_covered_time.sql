-- Within which stretches of time working time and clocks are known: around events, not from the first to the last. One event that is dated
-- 1900 by mistake costs a year, not a century of shifts.

create table covered_time (
  from_ns bigint not null,
  to_ns   bigint not null
);

delete from meta where key in ('working_time_from_ns', 'working_time_to_ns', 'definitions');
