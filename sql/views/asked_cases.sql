-- the cases of a metric that are asked for, and the first of the agreed exclusions by which each leaves the adjusted figures; null of what
-- is asked narrows nothing. They are of the period by their due time or by when they began
create or replace macro asked_cases(asked_metric, asked_site, asked_workflow, asked_partner, is_reached, by_due) as table
select c.*, excluded_by(a.exclusions, c.metric, c.workflow, c.site, c.partner, c.from_ns) as exclusion
from metric_cases c
cross join agreed a
where c.metric = asked_metric
  and (asked_site is null or c.site = asked_site)
  and (asked_workflow is null or c.workflow = asked_workflow)
  and (asked_partner is null or c.partner = asked_partner)
  and (is_reached is null or (c.to_ns is not null) = is_reached)
  and case when by_due then coalesce(c.decided_ns, c.from_ns) else c.from_ns end >= getvariable('from_ns')
  and case when by_due then coalesce(c.decided_ns, c.from_ns) else c.from_ns end < getvariable('to_ns')
  -- the transactions that broke their promise at the step that is asked for, where one is
  and (getvariable('broken_numbers') is null or (
    list_contains(getvariable('broken_numbers')::bigint[], c.transaction_no) and coalesce(c.milestone = getvariable('broken_milestone'), true)));
