-- one row per object: no event before this one names it; a reader of a past moment may put another view in front
create or replace view first_named as from object_firsts;
