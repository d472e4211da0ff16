-- in `signatures`, where quantities add up, the event of the oldest message that did not get through since, by its latest attempt
create or replace temp table messages as
with
attempts as (
  select
    m.transaction_no, s.transaction_no as kept_no, m.step, m.event_no, m.event_ns, m.attempt, m.event_id,
    coalesce(e.idempotency_key, e.message_id, e.event_id) as message
  from signatures s
  join members m on m.workflow = s.workflow and m.transaction_id = s.transaction_id and m.step = s.step and m.is_error
  join scoped_events e using (event_no)
  where s.adds_up and not is_remark(m.error_code)
),
effects as (
  select distinct m.transaction_no, m.step, coalesce(e.idempotency_key, e.message_id) as message
  from members m
  join scoped_events e using (event_no)
  where m.adds_up and not m.is_error
),
placed as (
  select
    a.*, d.message is not null as is_done,
    min(a.event_ns) over (partition by a.transaction_no, a.step, a.message) as message_ns
  from attempts a
  left join effects d on d.transaction_no = a.transaction_no and d.step = a.step and d.message = a.message
)
select kept_no as transaction_no, step, event_no
from placed
qualify row_number() over (
  partition by transaction_no, step
  order by is_done, case when not is_done then message_ns end, event_ns desc, attempt desc, event_id desc) = 1;

update signatures s set failed_event_no = m.event_no from messages m where m.transaction_no = s.transaction_no and m.step = s.step
