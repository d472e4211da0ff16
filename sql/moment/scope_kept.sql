-- the scope that is asked about is laid aside for that of the moment
create or replace temp table scope_asked as from scope;
create or replace temp table scope as from recomputed
