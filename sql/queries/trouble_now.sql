-- what needs somebody as of the moment; lists of groups and what they hold up are made of it
create or replace temp table trouble_now as from open_trouble;

-- one row per transaction that is failed, and per milestone that is missing in one that is not
create or replace temp view cases_now as
select
  kind, workflow, milestone, site, transaction_id,
  case when kind = 'failed' then error_class end as error_class,
  case when kind = 'failed' then error_code end as error_code,
  case when kind = 'failed' then first_error_ns else awaited_ns end as since_ns,
  case when kind = 'failed' then last_error_ns else awaited_ns end as last_ns,
  case when kind = 'failed' then last_error_no end as last_error_no   -- the event
from trouble_now
where not is_abandoned and (kind = 'failed' or (kind = 'missing' and state <> 'failed'));
