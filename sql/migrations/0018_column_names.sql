-- Things that events name in a column, where rules look at them: finding the events of a lot or an item must not read all events.

create table column_names (
  event_no   bigint  not null,
  object_key ubigint not null,           -- 64 bits that stand for kind and id, as in object_names
  kind       varchar not null,           -- item, batch, partner, customer, work_center
  id         varchar not null
);

delete from meta where key = 'definitions';
