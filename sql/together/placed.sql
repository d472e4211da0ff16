-- those of these events that name no object themselves: they took over what their trace names
select distinct event_no from placements where event_no in (select unnest($events::bigint[]))
