-- what is open, and what began in the window: what the board is made of
create or replace temp table recent as
select workflow, site, status, is_open, start_ns, failed_since_ns, next_due_ns, last_event_ns
from worded('recent_states')
