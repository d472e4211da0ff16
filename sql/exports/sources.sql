-- one row per source, system and site
select source, system, site, events, utc(first_event_ns) as first_event_time, utc(newest_event_ns) as newest_event_time,
  utc(newest_recorded_ns) as newest_recorded_time, rejected, spans, log_rows, stock_rows, is_complete
from ({sources})
