-- the relations that a rule about other things reads
events as (
  select a.kind, a.key, {event_columns}
  from rule_about a
  join {events} e using (event_no)
),
names as (select event_no, object_type, object_id from {objects} where event_no in (select event_no from rule_about)),
workflows as (select workflow, object_type from def_workflows)
