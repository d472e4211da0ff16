-- the newest copy of a machine's tables that this Syncline can read, up to which record it goes, and of how many pieces it is
select copy, any_value(records), count(*)
from copies
where schema <= $schema
group by copy
order by copy desc
limit 1
