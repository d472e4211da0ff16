-- What metrics ask of a transaction stands beside what they measure in it, so that the few cases that only time decides are found without
-- looking at a million transactions; and settled minutes are rows of numbers.

alter table transaction_measures add column workflow varchar;
alter table transaction_measures add column transaction_id varchar;
alter table transaction_measures add column site varchar;
alter table transaction_measures add column partner varchar;
alter table transaction_measures add column is_abandoned boolean;

-- one row per series of minutes: whose cases it counts, by which moment
create table minute_series (
  series   bigint  not null,
  metric   varchar not null,
  workflow varchar not null,
  site     varchar,
  partner  varchar,
  moment   varchar not null            -- begun: by the moment its period is decided by; decided: by when its promise fell due
);

drop table settled_minutes;

-- one row per series and minute in which some case counts
create table settled_minutes (
  series    bigint not null,
  minute_ns bigint not null,
  good      bigint not null,
  bad       bigint not null
);

delete from meta where key = 'definitions';
