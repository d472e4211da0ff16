-- What failures hold up: the orders that objects are, how much of each is still to come, and by when somebody wants it.

-- one row per type of object that is an order, the nearest to the work first; `line_type`: of the objects that are its lines
create table def_orders (
  object_type varchar not null,
  line_type   varchar not null,
  place       integer not null
);

-- one row per type of order and event that takes quantity off what is open
create table def_fulfilments (
  object_type varchar not null,
  event_type  varchar not null,
  system      varchar not null
);

-- one row per order: what was last said of it, and what is still open
create table order_facts (
  object_type  varchar not null,
  object_id    varchar not null,
  object_key   ubigint not null,         -- 64 bits that stand for it, as in object_names
  site         varchar,
  customer     varchar,
  partner      varchar,
  work_center  varchar,
  value        decimal(18, 6),
  currency     varchar,
  promised_ns  bigint,
  due_ns       bigint,
  is_cancelled boolean not null,
  is_measured  boolean not null,         -- every line says how much was ordered
  is_done      boolean not null,         -- every line has what was ordered
  is_over      boolean not null,         -- done or called off: those that are not lie together
  done_ns      bigint,                   -- since then
  lines        struct(
                 line varchar,           -- '' where no event that says quantities names a line: the order as a whole
                 item varchar, uom varchar, ordered_quantity decimal(18, 6), done_quantity decimal(18, 6), done_ns bigint
               )[] not null            -- empty where nobody said quantities
);

-- one row per transaction with open steps and object that is near it: its own (0 steps away), what some event names together with it (1), and
-- orders that some event names together with one of these (2). Of transactions that are over, whoever asks finds it out anew
create table transaction_reach (
  transaction_no bigint  not null,
  object_key     ubigint not null,
  object_type    varchar not null,
  object_id      varchar not null,
  distance       integer not null
);

-- one row per transaction with open steps: what trouble asks of it, so that nobody looks through all that are over
create table open_transactions (
  transaction_no bigint  not null,
  workflow       varchar not null,
  transaction_id varchar not null,
  site           varchar,
  is_abandoned   boolean not null,
  is_complete    boolean not null,
  customer       varchar,
  partner        varchar,
  work_center    varchar,
  value          decimal(18, 6),
  currency       varchar,
  promised_ns    bigint,
  due_ns         bigint
);

delete from meta where key = 'definitions';
