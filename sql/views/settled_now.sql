-- the settled minutes; a reader of a past moment puts those of then in front
create or replace view settled_now as from settled_minutes where may_see(site);
