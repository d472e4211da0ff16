-- the events and spans of the sites that the reader may see
create or replace temp view seen_events as from events where may_see(site);
create or replace temp view seen_spans as from spans where may_see(site);
