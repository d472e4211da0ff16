-- Integrity rules: their definitions, what they found, and which events have ever come, so that silence is not taken for health.

-- one row per rule
create table def_rules (
  rule     varchar not null,
  place    integer not null,
  sentence varchar not null,
  why      varchar not null,
  severity varchar not null,
  owner    varchar,
  workflow varchar,                      -- it is evaluated per transaction of this one, '*': of any; null: per thing
  statement varchar not null,
  settings map(varchar, varchar) not null,
  skipped  varchar                       -- why it is not evaluated
);

-- one row per rule and kind of things: those it is about, and those whose events it looks at beside a transaction's own
create table def_rule_kinds (
  rule      varchar not null,
  kind      varchar not null,
  is_beside boolean not null
);

-- one row per rule and event type it looks at
create table def_rule_events (
  rule       varchar not null,
  event_type varchar not null,
  system     varchar,                    -- null: any
  is_needed  boolean not null            -- without one of them nothing is checked
);

-- one row per event type and system that has ever told something
create table told_kinds (
  event_type        varchar not null,
  system            varchar not null,    -- '' when nobody says
  first_event_ns    bigint  not null,
  first_recorded_ns bigint  not null
);

-- one row per violation and transaction it names; one that names none has one row
create table violations_kept (
  rule           varchar not null,
  kind           varchar not null,       -- what it is about: a workflow and its transaction, or a kind of things and one of them
  key            varchar not null,
  workflow       varchar,
  transaction_id varchar,
  transaction_no bigint,                 -- the number it has in the facts
  stated_site    varchar,                -- what the rule says
  site           varchar,                -- else that of the transaction
  from_ns        bigint  not null,       -- violated after this moment
  until_ns       bigint,                 -- and from this one on no longer
  waits_for      varchar,                -- the system that may have told otherwise: not violated before its feed is known up to from_ns
  quantity       decimal(18, 6),
  value          decimal(18, 6),
  currency       varchar,
  detail         varchar not null,       -- a sentence with the facts
  evidence       bigint[] not null       -- numbers of events
);

delete from meta where key = 'definitions';
