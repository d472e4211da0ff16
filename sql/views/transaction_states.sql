-- one row per transaction of these facts as of the moment: its facts, what is open in it, its state
create or replace macro states_of(known_facts) as table
select
  f.*,
  o.missing, o.unjudged, o.next_due_ns, o.failure, o.bad_since_ns, o.unjudged_since_ns,
  coalesce(o.is_overdue, false) as is_overdue,
  coalesce(o.is_unjudged, false) as is_unjudged,
  case
    when f.is_cancelled then 'cancelled'
    when f.is_abandoned then 'abandoned'
    when o.is_failed then 'failed'
    when f.is_complete then 'complete'
    else 'in_progress' end as state,
  f.is_complete and not f.has_open_errors as is_settled   -- time alone changes nothing in it
from query_table(known_facts) f
left join open_steps_then o using (transaction_no);

create or replace view transaction_states as from states_of('facts');

-- those that time alone may still change
create or replace view open_states as from states_of('open_now');

-- those and what began in the window
create or replace view recent_facts as
from open_now
union all by name
from facts
where start_ns >= getvariable('as_of') - getvariable('window_ns') and transaction_no not in (select transaction_no from open_now);

create or replace view recent_states as from states_of('recent_facts');
