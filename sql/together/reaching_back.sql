-- nothing before the first event that names one of the objects asked about has to be looked through
set variable names_from = (select min(first_event_no) from first_named where object_key in (select object_key from asked))
