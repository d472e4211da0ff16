-- The newest records without an event type, one by one: who is to map them looks at more than an example.

-- one row per record that says no event; of each source and set of fields the newest 500
create table unmapped_newest (
  source      varchar not null,
  shape       varchar not null,          -- as in unmapped_records
  position    varchar not null,
  recorded_ns bigint  not null,
  excerpt     varchar not null           -- the beginning of what it holds
);
