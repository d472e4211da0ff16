-- the settled minutes as of a past moment: without what later events touch, and with what that was then
create or replace temp view minutes_now as
from settled_minutes
union all
select series, minute_ns, -good, -bad from minutes_left
union all
from minutes_come
