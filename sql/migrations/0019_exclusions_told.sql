-- Why something is agreed not to count, and who agreed, to be said beside it.

alter table def_exclusions add column reason varchar;
alter table def_exclusions add column author varchar;

delete from meta where key = 'definitions';
