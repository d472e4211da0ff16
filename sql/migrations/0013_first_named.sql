-- With which event each object was first named: nothing before it has to be looked through to find all its events.

create table object_firsts (
  object_key     ubigint not null,
  first_event_no bigint  not null
);

delete from meta where key = 'definitions';
