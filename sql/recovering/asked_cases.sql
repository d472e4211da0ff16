-- the cases that evidence is asked for, each under its place
create or replace temp table asked_cases as
select
  unnest($place::bigint[]) as place,
  unnest($kind::varchar[]) as kind,
  unnest($workflow::varchar[]) as workflow,
  unnest($transaction_id::varchar[]) as transaction_id,
  unnest($milestone::varchar[]) as milestone,
  unnest($site::varchar[]) as site,
  unnest($system::varchar[]) as system,
  unnest($event_id::varchar[]) as event_id,
  unnest($event_ns::bigint[]) as event_ns,
  unnest($attempt::bigint[]) as attempt,
  unnest($message_id::varchar[]) as message_id,
  unnest($idempotency_key::varchar[]) as idempotency_key
