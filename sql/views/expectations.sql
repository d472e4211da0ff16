-- one row per transaction and milestone that should come and has not: open, missing, or not to be judged because its feed lags
create or replace view expectations as
select
  t.workflow,
  t.transaction_id,
  o.milestone,
  o.system,
  t.site,
  o.opened_ns,
  o.due_ns,
  case
    when list_contains(t.missing, o.milestone) then 'missing'
    when list_contains(t.unjudged, o.milestone) then 'unjudged'
    else 'open' end as state,
  t.state as transaction_state,
  t.start_ns
from open_steps o
join open_transactions t using (transaction_no)
where o.is_required and (o.opened_ns is not null or o.behind_ns is not null);
