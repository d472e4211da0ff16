-- Events that a figure of an interface counts: of one type, system, version, site and source where asked ('' for what states none), and of one
-- kind: failed, contract, retries, dead, keyed, unkeyed, redelivered. Of successes with one key all but the
-- first are redelivered, whenever that came.
create or replace macro said_events(after_ns, until_ns, asked_type, asked_system, asked_version, asked_site, asked_source) as table
  from seen_events
  where event_ns > after_ns and event_ns <= until_ns and event_ns <= getvariable('as_of') and recorded_ns <= getvariable('known_at')
    and source <> 'syncline'   -- what it says itself came through no interface
    and (asked_type is null or event_type = asked_type)
    and (asked_system is null or coalesce(system, '') = asked_system)
    and (asked_version is null or coalesce(schema_version, '') = asked_version)
    and (asked_site is null or coalesce(site, '') = asked_site)
    and (asked_source is null or source = asked_source);

create or replace macro said_of_kind(after_ns, until_ns, asked_type, asked_system, asked_version, asked_site, asked_source, asked_kind) as table
  select event_no, event_ns
  from said_events(after_ns, until_ns, asked_type, asked_system, asked_version, asked_site, asked_source)
  where asked_kind is distinct from 'redelivered' and case asked_kind
      when 'failed' then is_error
      when 'contract' then error_class = 'contract'
      when 'retries' then attempt > 1
      when 'dead' then dead_letter
      when 'keyed' then idempotency_key is not null
      when 'unkeyed' then idempotency_key is null
      else true end
  union all
  select event_no, event_ns
  from said_events(after_ns, until_ns, asked_type, asked_system, asked_version, asked_site, asked_source)
  where asked_kind = 'redelivered' and event_no in (select event_no from redeliveries where known_ns <= getvariable('known_at'));
