-- what rules found, whatever the moment; a reader of a past moment puts a temporary view of this name in front
create or replace view kept_violations as from violations_kept;

-- one row per rule as of the moment: why it is not checked (null: it is), and what of it nothing has ever told about
create or replace view rules_then as
with awaited as (
  select
    d.rule, d.is_needed, case d.event_type when '*' then 'anything' else d.event_type end || coalesce(' at ' || d.system, '') as name,
    exists (
      from told_kinds t
      where (d.event_type = '*' or t.event_type = d.event_type) and (d.system is null or d.system = t.system)
        and t.first_event_ns <= getvariable('as_of') and t.first_recorded_ns <= getvariable('known_at')) as is_told
  from def_rule_events d
)
select
  r.rule,
  list_sort(coalesce(list(a.name) filter (where not a.is_told), [])) as untold,
  case
    when r.skipped is not null then r.skipped
    when bool_or(a.is_needed and not a.is_told) or not bool_or(a.is_told) then
      'nothing has told about ' || list_aggregate(
        list_sort(list(a.name) filter (where not a.is_told and (a.is_needed or not exists (from def_rule_events n where n.rule = r.rule and n.is_needed)))),
        'string_agg', ', ')
  end as unchecked
from def_rules r
join awaited a using (rule)
group by r.rule, r.skipped;

-- one row per violation that had begun at the moment, and transaction it names, also what is over since (not is_standing). What is violated because
-- something has not come counts only where the feed it would come from is known to be complete
create or replace view begun_violations as
select v.*, v.until_ns is null or v.until_ns > getvariable('as_of') as is_standing
from kept_violations v
join rules_then r using (rule)
left join watermarks m on m.system = v.waits_for and m.site = coalesce(v.site, '')
left join system_watermarks a on a.system = v.waits_for
where v.from_ns < getvariable('as_of')
  and r.unchecked is null
  and (v.waits_for is null or v.from_ns <= coalesce(m.watermark_ns, a.watermark_ns, getvariable('default_mark')));

-- one row per violation as of the moment, and transaction it names
create or replace view violations_then as select * exclude (is_standing) from begun_violations where is_standing;

-- those that the reader may see, also what is over since; one of some workflows or suppliers puts another view in front
create or replace view seen_violations as from begun_violations where may_see(site);
create or replace view violations as select * exclude (is_standing) from seen_violations where is_standing;

-- one row per transaction that violations name
create or replace view violated_transactions as
select transaction_no, list_sort(list(distinct rule)) as violations
from violations_then
where transaction_no is not null
group by transaction_no;
