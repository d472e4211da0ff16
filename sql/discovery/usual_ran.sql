-- the newest 20,000 that went the way `variant`: how long their steps took does not change with more
create or replace temp table usual_ran as
select transaction_no, workflow, variant, is_straight, reached, due
from facts
where workflow = getvariable('workflow')
  and start_ns >= getvariable('from_ns')
  and (getvariable('site') is null or site = getvariable('site'))
  and is_complete and not is_cancelled and not is_abandoned
  and variant = getvariable('variant')
order by start_ns desc
limit 20000
