-- one row per transaction: when each step was reached, and how its failed attempts went (step → …)
create or replace temp table steps as
with tried as (
  select workflow, transaction_id, map_from_entries(list({k: step, v: {
      attempts: attempts, first_error_ns: first_error_ns, last_error_ns: last_error_ns, error_class: error_class,
      failed_from_ns: failed_from_ns, is_abandoned: is_abandoned, is_self_healed: is_self_healed, is_recovered: is_recovered}})) as tries
  from tries
  group by all
),
reaching as (
  select workflow, transaction_id, map_from_entries(list({k: step, v: reached_ns})) as reached
  from reached
  group by all
)
select r.workflow, r.transaction_id, r.reached, t.tries
from reaching r
left join tried t using (workflow, transaction_id)
