-- What metrics need: whose working time counts, how far local clocks are from UTC, and per transaction the stretches that metrics measure.

-- working time and the length of a working day belong to a keeper: '' the enterprise, 'site X', 'partner X'
drop table working_time;
create table working_time (
  keeper    varchar not null,
  opens_ns  bigint  not null,
  closes_ns bigint  not null,
  before_ns bigint  not null             -- working time of all stretches before it
);

create table def_keepers (
  keeper   varchar not null,
  timezone varchar not null,
  day_ns   bigint  not null              -- the length of its working day
);

drop table def_sites;
create table def_sites (
  site     varchar not null,             -- '' for the enterprise
  timezone varchar not null,
  keeper   varchar not null
);

-- one row per supplier or carrier with a calendar of its own
create table def_partners (
  partner varchar not null,
  keeper  varchar not null
);

-- one row per metric that runs from one milestone to another
create table def_metrics (
  metric      varchar not null,
  workflow    varchar not null,
  from_step   integer not null,
  to_step     integer not null,
  target_ns   bigint,                    -- null: target_days working days
  target_days integer,
  is_working  boolean not null           -- durations in working time
);

-- one row per metric that looks at whole transactions or at what somebody had to act on, with its target where it has one
create table def_targets (
  metric    varchar not null,
  target_ns bigint
);

-- how far the clocks of a time zone are from UTC, from a moment on
create table zone_offsets (
  timezone  varchar not null,
  from_ns   bigint  not null,
  offset_ns bigint  not null
);

-- what was last said in the transaction
alter table transaction_facts add column partner varchar;
alter table transaction_facts add column customer varchar;
alter table transaction_facts add column work_center varchar;
alter table transaction_facts add column item varchar;
alter table transaction_facts add column ordered_quantity decimal(18, 6);
alter table transaction_facts add column value decimal(18, 6);
alter table transaction_facts add column currency varchar;
alter table transaction_facts add column promised_ns bigint;
alter table transaction_facts add column due_ns bigint;

-- one row per transaction that is not cancelled and stretch a metric measures: from one moment to another, or to none yet
create table transaction_measures (
  transaction_no bigint  not null,
  metric         varchar not null,
  milestone      varchar not null,       -- the one it runs to
  system         varchar not null,       -- of that milestone
  from_ns        bigint  not null,       -- its period is decided by this moment
  to_ns          bigint,
  due_ns         bigint  not null,       -- reached by then is good
  measured_ns    bigint,                 -- its length, in working time where the metric has that
  exists_from_ns bigint                  -- of what only time makes a case: from then on, not before
);

-- per step, in the order of the workflow: when it was reached, when it was due, and of those with failed attempts how they went. Plain
-- lists: what else there is to say of a step stands in its definition
alter table transaction_facts drop column steps;
alter table transaction_facts drop column late;
alter table transaction_facts add column reached bigint[];
alter table transaction_facts add column due bigint[];
alter table transaction_facts add column tries map(integer, struct(
  attempts integer, first_error_ns bigint, last_error_ns bigint, error_class varchar, failed_from_ns bigint, is_self_healed boolean, is_recovered boolean));

delete from meta where key = 'definitions';
