-- Of each open step the event of its latest failed attempt, so that nobody has to look for it.
alter table transaction_open_steps add column last_error_no bigint;
delete from meta where key = 'definitions';
