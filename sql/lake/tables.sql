-- What machines have in common. The lake numbers the rows of `records` when they are committed, from 0 on, without gaps, in the order in
-- which everybody sees them (`rowid`); merging, rewriting, changing and deleting rows keep these numbers. It is never made anew.
call lake.set_option('target_file_size', '32MB');

begin;

create table records (
  spool        varchar,                  -- in which it was received, and its number there; null: it was read from a source
  number       bigint,
  source       varchar not null,
  position     varchar not null,
  payload      blob    not null,
  content_type varchar not null,
  recorded_ns  bigint  not null,
  stream       varchar not null,
  after        varchar                   -- what the source needs to go on behind it
);

-- one row per thing that only one machine may do: who holds it now, and the how manieth holder that is
create table terms (
  what   varchar not null,
  term   bigint  not null,
  holder varchar not null
);

-- the pieces of the newest copies of a machine's tables, from which a machine begins that has none
create table copies (
  copy    varchar not null,              -- when it was made, and by whom
  schema  bigint  not null,              -- the newest migration of its tables
  records bigint  not null,              -- up to which record it was made
  piece   bigint  not null,
  data    blob    not null
);

create table about (name varchar not null, value varchar not null);

insert into about values ('lake', cast(uuid() as varchar));

commit;
