-- one row per transaction with failed attempts: how they went (step → …)
create or replace temp table tried as
select
  transaction_no,
  map_from_entries(list({k: step, v: {
    attempts: attempts, first_error_ns: first_error_ns, last_error_ns: last_error_ns, error_class: error_class,
    failed_from_ns: failed_from_ns, is_self_healed: is_self_healed, is_recovered: is_recovered}})) as tries,
  bool_or(failed_from_ns is not null) as has_open_errors,   -- of a step that is not reached
  bool_or(is_abandoned) as is_abandoned,
  bool_or(is_self_healed) as is_self_healed,
  bool_or(is_recovered) as is_recovered
from tries
group by all
