-- one row per source, system and site
select source, system, site, events, utc(first_event_ns) as first_event_time, utc(newest_event_ns) as newest_event_time,
  utc(newest_recorded_ns) as newest_recorded_time, rejected, spans, log_rows, stock_rows, is_complete,
  utc(known_until_ns) as known_until_time, silent_after_seconds, is_silent
from ({sources})
