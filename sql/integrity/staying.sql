-- the violations that need not be found anew; those that name a transaction in scope under its new number
create or replace temp table staying_violations as
select
  v.* replace (
    case when s.workflow is null then v.transaction_no else f.transaction_no end as transaction_no,
    case when s.workflow is null then v.site else coalesce(v.stated_site, f.site) end as site)
from violations_kept v
left join scope s on s.workflow = v.workflow and s.transaction_id = v.transaction_id
left join fresh_facts f on f.workflow = v.workflow and f.transaction_id = v.transaction_id
where not exists (from judged_keys k where k.rule = v.rule and k.kind = v.kind and k.key = v.key);
