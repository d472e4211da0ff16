-- of `troubled` what is failed, under its signature, with the event of its latest failed attempt
create or replace temp table signatures as
with
failing as (
  select t.transaction_no, t.workflow, t.transaction_id, t.site, t.milestone, o.step, o.first_error_ns, o.last_error_ns, o.last_error_no
  from troubled t
  join open_steps o on o.transaction_no = t.transaction_no and o.milestone = t.milestone
  where t.kind = 'failed'
    and (getvariable('transaction_id') is null or t.transaction_id = getvariable('transaction_id'))
),
worded as (
  select
    f.*, w.owner, w.steps[f.step].until_field is not null as adds_up,
    e.error_class, e.error_code, signature_words(coalesce(e.error_text, e.error_type)) as words
  from failing f
  join events e on e.event_no = f.last_error_no
  join def_workflows w on w.workflow = f.workflow
)
select
  signature_of(workflow, milestone, error_class, error_code, words) as signature,
  workflow, milestone, error_class, error_code, words, owner, transaction_no, transaction_id, site, true as is_open,
  first_error_ns as first_ns, last_error_ns as last_ns, step, adds_up, last_error_no as failed_event_no
from worded;

delete from signatures where signature <> getvariable('signature');

-- where quantities add up, several messages may have failed, each with an effect of its own
create or replace temp table scope as select distinct workflow, transaction_id from signatures where adds_up;

select count(*) as failing, count(*) filter (where adds_up) as adding_up from signatures
