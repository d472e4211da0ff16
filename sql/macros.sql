-- nanoseconds since the second began, also before 1970
create or replace macro part_of_second(ns) as (ns % 1000000000 + 1000000000) % 1000000000;

-- an instant for people and files: RFC 3339 in UTC, milliseconds unless there is more to say
create or replace macro utc(ns) as
  strftime(make_timestamp((ns - part_of_second(ns)) // 1000), '%Y-%m-%dT%H:%M:%S.') ||
  case
    when ns % 1000000 = 0 then lpad((part_of_second(ns) // 1000000)::varchar, 3, '0')
    when ns % 1000 = 0 then lpad((part_of_second(ns) // 1000)::varchar, 6, '0')
    else lpad(part_of_second(ns)::varchar, 9, '0') end || 'Z';

-- whether the reader may see a site; `sites` is null for those who may see all
create or replace macro may_see(site) as
  getvariable('sites') is null or coalesce(list_contains(getvariable('sites'), site), false);

-- 64 bits that stand for an object; equal for equal ones, nearly always different otherwise
create or replace macro object_key(object_type, object_id) as md5_number_lower(object_type || ' ' || object_id);
