-- What is agreed not to count in the adjusted figures.

create table def_exclusions (
  from_ns   bigint not null,
  to_ns     bigint not null,
  sites     varchar[],                   -- null: all
  workflows varchar[],
  metrics   varchar[],
  partners  varchar[]
);

delete from meta where key = 'definitions';
