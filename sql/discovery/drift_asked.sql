-- what may have drifted: the two weeks compared end at `to_ns` (null: now) and are `length_ns` long each. Transactions count in the week in which
-- they ended, steps in the week in which they were taken: what began lately and still runs looks like nothing else
create or replace temp table drifting as
select
  transaction_no, workflow, variant, is_straight, start_ns, last_event_ns, reached, null::bigint[] as due,
  is_over(is_complete, is_cancelled, is_abandoned) as is_over
from facts
where last_event_ns >= getvariable('to_ns') - 2 * getvariable('length_ns')
  and (getvariable('workflow') is null or workflow = getvariable('workflow'))
  and (getvariable('site') is null or site = getvariable('site'));
