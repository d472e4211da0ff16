-- the ids that are joined, replaced
delete from aliases;
insert into aliases by name from joined_ids;
