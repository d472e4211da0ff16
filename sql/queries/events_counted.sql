-- how many events a figure of an interface counts
select count(*) as events
from said_of_kind($from_ns, $to_ns, $event_type, $system, $version, $site, $source, $kind)
