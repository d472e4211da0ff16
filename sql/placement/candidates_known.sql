-- everything nameless that was known at the moment
create or replace temp table candidates as
from nameless where recorded_ns <= getvariable('known_at');
