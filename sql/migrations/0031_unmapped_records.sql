-- What records without an event type look like: what a mapping could make events of.

-- one row per source and set of fields of such records; at most 100 of a source, the newest
create table unmapped_records (
  source             varchar not null,
  shape              varchar not null,   -- JSON list of the fields; [] where the record is not made of named fields
  records            bigint  not null,
  first_recorded_ns  bigint  not null,
  newest_recorded_ns bigint  not null,
  example            varchar not null,   -- JSON object of the newest one's fields, each value cut
  example_position   varchar not null
);
