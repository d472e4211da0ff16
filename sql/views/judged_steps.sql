-- one row per open step, as of the moment: whether it should have come (is_wanting), and whether the feed it would come from is known to be complete
-- up to when it should have (is_judged)
create or replace view judged_steps as
select
  o.*,
  coalesce(o.due_ns < getvariable('as_of'), false) as is_due,
  o.is_required and (coalesce(o.due_ns < getvariable('as_of'), false) or o.behind_ns is not null) as is_wanting,
  -- the feed it would come from is known to be complete up to its due time, or to the moment something overtook it
  coalesce(o.due_ns < getvariable('as_of') and o.due_ns <= coalesce(m.watermark_ns, a.watermark_ns, getvariable('default_mark')), false)
    or coalesce(o.behind_ns <= coalesce(m.watermark_ns, a.watermark_ns, getvariable('default_mark')), false) as is_judged,
  coalesce(o.failed_from_ns < getvariable('as_of'), false) as is_failed,
  least(case when o.due_ns < getvariable('as_of') then o.due_ns end, o.behind_ns) as wanting_since_ns
from open_steps o
left join watermarks m on m.system = o.system and m.site = coalesce(o.site, '')
left join system_watermarks a on a.system = o.system;
