-- How often cases that time alone cannot change were good and bad, minute by minute: what objectives are counted from.

-- one row per metric, workflow, site, partner, moment and minute in which some case counts
create table settled_minutes (
  metric    varchar not null,
  workflow  varchar not null,
  site      varchar,
  partner   varchar,
  moment    varchar not null,            -- begun: by the moment its period is decided by; decided: by when its promise fell due
  minute_ns bigint  not null,
  good      bigint  not null,
  bad       bigint  not null
);

-- when a transaction was complete, and when it first was late
alter table transaction_facts add column last_required_ns bigint;  -- the last of its required steps was reached
alter table transaction_facts add column first_late_ns bigint;     -- the first due time after which a step was reached

delete from meta where key = 'definitions';
