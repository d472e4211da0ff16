-- What interfaces say, hour by hour: a week of a large plant is a million events, of which the page asks sums.

-- one row per event type, system, version, site and hour (its number since 1970) in which something of it took effect
create table interface_hours (
  event_type      varchar not null,
  system          varchar not null,      -- '' when nobody says, as the two that follow
  schema_version  varchar not null,
  site            varchar not null,
  hour            bigint  not null,
  events          bigint  not null,
  error_events    bigint  not null,
  contract_errors bigint  not null,
  retries         bigint  not null,
  dead_letters    bigint  not null,
  keyed_events    bigint  not null,
  redelivered     bigint  not null,
  newest_event_ns bigint  not null
);

-- one row per ok event with an idempotency key
create table effect_keys (
  effect_key ubigint not null,           -- 64 bits of a hash of its type, system, site and key: repeats are found by eight bytes a row
  event_no   bigint  not null
);

-- one row per ok event whose effect an earlier one had already
create table redeliveries (
  event_no bigint not null,
  known_ns bigint not null               -- since when both it and an earlier one have been told
);

delete from meta where key = 'definitions';
