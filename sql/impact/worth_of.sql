-- what says what is at stake in the one transaction in `troubled`
select object_type, object_id, value, currency, origin from worth order by object_id
