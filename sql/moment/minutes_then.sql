-- the settled minutes as of a past moment, from the facts as they were then; nothing is computed before somebody asks for them
create or replace temp view settled_now as {counted}
