-- the events and spans that the reader may see; a limited reader puts temporary views of these names in front
create or replace view seen_events as from events;
create or replace view seen_spans as from spans;

-- the events that show what may be seen, and the objects that events name, as far as these may be told
create or replace view evidence_events as from events;
create or replace view told_names as from named_objects;
create or replace view own_names as from event_objects;
