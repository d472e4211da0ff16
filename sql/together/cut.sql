-- one row per object asked about that stands in more events than are looked through, with how many they are
select object_type, object_id, any_value(of_all) as events from numbers where of_all > getvariable('most_events') group by all
