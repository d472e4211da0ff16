-- the way in which most transactions of `workflow` and `site` (null: any) that began from `from_ns` on got through: how many went it, of how many
with
through as (
  select variant
  from facts
  where workflow = getvariable('workflow')
    and start_ns >= getvariable('from_ns')
    and (getvariable('site') is null or site = getvariable('site'))
    and is_complete and not is_cancelled and not is_abandoned
)
select variant, count(*) as transactions, (select count(*) from through) as through
from through
group by variant
order by transactions desc, variant
limit 1
