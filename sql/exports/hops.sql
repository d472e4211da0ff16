-- one row per passage of a message between two systems
select workflow, transaction_id, from_system, to_system, utc(sent_ns) as sent_time, utc(received_ns) as received_time, seconds, destination,
  sending_span_id, receiving_span_id, case when is_error then 'error' else 'ok' end as outcome, event_id
from ({hops})
