-- what is asked about is in scope again
create or replace temp table scope as from scope_asked
