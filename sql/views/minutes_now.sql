-- the settled minutes; a reader of a past moment puts those of then in front
create or replace view minutes_now as from settled_minutes;
