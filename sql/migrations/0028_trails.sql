-- What process mining asks: per transaction the steps as they were really taken.

-- `variant`: the steps in order, `sent > confirmed! > confirmed > received+`: `!` failed, `+` succeeded several times in a row. A straight
-- trail has every step once, none failed, each at a moment of its own: `reached` says when, and nothing more has to be kept of it
alter table transaction_facts add column variant varchar;
alter table transaction_facts add column is_straight boolean;

-- one row per success that follows another, of transactions that are not straight; step 0 is the cancellation
create table transaction_passages (
  transaction_no bigint  not null,
  from_step      tinyint not null,
  to_step        tinyint not null,
  from_ns        bigint  not null,
  to_ns          bigint  not null
);

delete from meta where key = 'definitions';
