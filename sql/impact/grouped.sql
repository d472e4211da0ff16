-- one row per such transaction and step with its signature: workflow, milestone, class, code and words without ids, numbers and times
create or replace temp table signatures as
with
said as (
  select
    a.transaction_no, a.workflow, a.transaction_id, a.site, a.step, a.is_open,
    min(m.event_ns) as first_ns,
    max(m.event_ns) as last_ns,
    arg_max({class: e.error_class, code: e.error_code, text: coalesce(e.error_text, e.error_type)}, {ns: m.event_ns, attempt: m.attempt, id: m.event_id}) as error
  from acted a
  join members m on m.workflow = a.workflow and m.transaction_id = a.transaction_id and m.step = a.step and m.is_error
  join scoped_events e using (event_no)
  where not is_remark(m.error_code) and (a.is_open or m.event_ns < (select f.reached[a.step] from facts f where f.transaction_no = a.transaction_no))
  group by all
),
worded as (
  select *, w.steps[s.step].milestone as milestone, w.owner as owner, error.class as error_class, error.code as error_code, signature_words(error.text) as words
  from said s
  join def_workflows w using (workflow)
)
select
  signature_of(workflow, milestone, error_class, error_code, words) as signature,
  workflow, milestone, error_class, error_code, words, owner, transaction_no, transaction_id, site, is_open, first_ns, last_ns
from worded;

-- what is failed now, under its signature
create or replace temp table troubled as
select transaction_no, workflow, transaction_id, site, 'failed' as state, 'failed' as kind, milestone, error_class, signature as group_key, first_ns as since_ns
from signatures
where is_open;
