-- what a rule sees of an event
e.event_no, e.event_ns, e.event_type, e.system, e.site, e.is_error, e.attempt, coalesce(e.idempotency_key, e.event_id) as effect, e.event_id,
e.item, e.batch, e.location, e.stock_status, e.quantity, e.uom, e.ordered_quantity, e.value, e.currency, e.due_ns, e.promised_ns, e.partner,
e.customer, e.work_center, e.message_id, e.payload_digest, e.schema_version, e.recovery_id
