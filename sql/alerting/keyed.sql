-- `troubled` once more, each group by what alerts call it (what failed by its signature) and site, so that what it holds up is summed the same
-- way; without what nobody can judge, and what a person parked or closed
create or replace temp table keyed as
select
  t.* replace (
    case when t.kind <> 'violation' then t.workflow else '' end as workflow,   -- a rule is broken whatever the workflow
    coalesce(s.signature || chr(31) || coalesce(t.site, ''), '') as group_key
  ),
  s.signature, s.error_code, s.words, s.failed_event_no, coalesce(s.first_ns, t.since_ns) as first_ns, coalesce(s.last_ns, t.since_ns) as last_ns
from troubled t
left join signatures s on t.kind = 'failed' and s.transaction_no = t.transaction_no and s.milestone = t.milestone
where t.kind <> 'unjudged'
  and (t.kind <> 'failed' or s.signature is not null)
  and (t.kind <> 'missing' or t.state <> 'failed')
  and not coalesce(
    coalesce(s.last_ns, t.since_ns)
      <= cast(getvariable('settled') as map(varchar, bigint))[concat_ws('|', t.kind, t.workflow, t.transaction_id, t.milestone)], false);

create or replace temp table troubled as
select transaction_no, workflow, transaction_id, site, state, kind, milestone, error_class, group_key, since_ns
from keyed
