-- one row: everything that is agreed not to count, the earliest first
create or replace view agreed as
select coalesce(list(x order by x.from_ns, x.to_ns, x.reason, x.author), []) as exclusions
from def_exclusions x;
