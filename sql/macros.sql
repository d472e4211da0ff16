-- nanoseconds since the second began, also before 1970
create or replace macro part_of_second(ns) as (ns % 1000000000 + 1000000000) % 1000000000;

-- an instant for people and files: RFC 3339 in UTC, milliseconds unless there is more to say
create or replace macro utc(ns) as
  strftime(make_timestamp((ns - part_of_second(ns)) // 1000), '%Y-%m-%dT%H:%M:%S.') ||
  case
    when ns % 1000000 = 0 then lpad((part_of_second(ns) // 1000000)::varchar, 3, '0')
    when ns % 1000 = 0 then lpad((part_of_second(ns) // 1000)::varchar, 6, '0')
    else lpad(part_of_second(ns)::varchar, 9, '0') end || 'Z';

-- a quantity for people: 18, 2.5
create or replace macro amount(quantity) as regexp_replace(quantity::decimal(18, 6)::varchar, '\.?0+$', '');

-- whether a site is one of those that the reader may see
create or replace macro has_site(site) as
  getvariable('seen_sites') is null or coalesce(list_contains(getvariable('seen_sites'), site), false);

create or replace macro has_workflow(workflow) as
  getvariable('seen_workflows') is null or coalesce(list_contains(getvariable('seen_workflows'), workflow), false);

create or replace macro has_supplier(supplier) as
  getvariable('seen_suppliers') is null or coalesce(list_contains(getvariable('seen_suppliers'), supplier), false);

-- whether the reader may see something of a site, a workflow and a supplier; the lists are null for those who may see all. What belongs to no
-- workflow or supplier is for who may see all of these
create or replace macro may_see
  (site, workflow, supplier) as has_site(site) and has_workflow(workflow) and has_supplier(supplier),
  (site) as has_site(site) and getvariable('seen_workflows') is null and getvariable('seen_suppliers') is null;

-- whether of the sites they see the reader sees every workflow and supplier
create or replace macro sees_whole_sites() as getvariable('seen_workflows') is null and getvariable('seen_suppliers') is null;

-- whether nothing is kept back from the reader
create or replace macro sees_all() as
  getvariable('seen_sites') is null and getvariable('seen_workflows') is null and getvariable('seen_suppliers') is null;

-- 64 bits that stand for an object; equal for equal ones, nearly always different otherwise. Another DuckDB may make others of them: the facts
-- are computed anew then
create or replace macro object_key(object_type, object_id) as hash(object_type, object_id);

-- how far local time is from UTC: +01:00
create or replace macro clock_offset(offset_ns) as
  case when offset_ns < 0 then '-' else '+' end || strftime(make_timestamp(abs(offset_ns) // 1000), '%H:%M');

-- `2026-W13`, `2026-03-23`, `2026-03-23T14:00+01:00` or `2026-03` of a moment, by clocks that are `offset_ns` ahead of UTC
create or replace macro period_of(ns, offset_ns, by_period) as
  case by_period
    when 'week' then strftime(make_timestamp((ns + offset_ns) // 1000), '%G-W%V')
    when 'month' then strftime(make_timestamp((ns + offset_ns) // 1000), '%Y-%m')
    when 'day' then strftime(make_timestamp((ns + offset_ns) // 1000), '%Y-%m-%d')
    else strftime(make_timestamp((ns + offset_ns) // 1000), '%Y-%m-%dT%H:00') || clock_offset(offset_ns) end;

-- the words of an error without what differs from case to case: whatever has a digit in it is an id, a number or a time
create or replace macro signature_words(text) as
  trim(regexp_replace(regexp_replace(regexp_replace(lower(coalesce(text, '')), '\S*[0-9]\S*', '#', 'g'), '\s+', ' ', 'g'), '#( #)+', '#', 'g'));

-- whether an error event is what a person said here of a step (closed, opened again): its code says so
create or replace macro is_remark(code) as coalesce(code like 'syncline:%', false);

-- what failures are grouped by: those of one signature have one memory
create or replace macro signature_of(workflow, milestone, error_class, error_code, words) as
  left(md5(concat_ws(chr(31), workflow, milestone, error_class, coalesce(error_code, ''), words)), 16);

-- the first of `exclusions` by which a case of a metric that counts at `ns` leaves the adjusted figures; null: it stays
create or replace macro excluded_by(exclusions, metric, workflow, site, partner, ns) as list_filter(exclusions, lambda x:
  ns >= x.from_ns and ns < x.to_ns
  and coalesce(list_contains(x.metrics, metric), x.metrics is null)
  and coalesce(list_contains(x.workflows, workflow), x.workflows is null)
  and coalesce(list_contains(x.sites, site), x.sites is null)
  and coalesce(list_contains(x.partners, partner), x.partners is null))[1];
