-- how many unmapped spans of those asked for there are
select count(*) as spans from unmapped_of($from_ns, $source, $service, $system, $name, $destination)
