-- one row per outcome of orders of a type, or of a milestone, that fell due in the period
select outcome, count(*) as cases
from promised
where (order_type = $order_type or (workflow = $workflow and milestone = $milestone))
  and due_ns >= getvariable('from_ns') and due_ns < getvariable('to_ns')
  and ($site is null or site = $site)
group by outcome
order by outcome
