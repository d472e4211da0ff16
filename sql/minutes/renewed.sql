-- takes what left the facts out of the settled minutes, and adds what has come
create or replace temp table minutes_changed as
select series, minute_ns, sum(good)::bigint as good, sum(bad)::bigint as bad
from (
  select * replace (-good as good, -bad as bad) from minutes_left
  union all
  from minutes_come
)
group by all
having sum(good) <> 0 or sum(bad) <> 0;

create or replace temp table minutes_renewed as
select c.series, c.minute_ns, coalesce(m.good, 0) + c.good as good, coalesce(m.bad, 0) + c.bad as bad, m.rowid as row_no
from minutes_changed c
left join settled_minutes m using (series, minute_ns);

delete from settled_minutes where rowid in (select row_no from minutes_renewed where row_no is not null);

insert into settled_minutes by name
select * exclude (row_no) from minutes_renewed where good > 0 or bad > 0 order by minute_ns;
