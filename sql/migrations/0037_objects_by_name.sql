-- What an object is called stands beside the event that named it first: a number is looked for among objects, not among all that names them.
alter table object_firsts add column object_type varchar;
alter table object_firsts add column object_id varchar;

delete from meta where key = 'definitions';
