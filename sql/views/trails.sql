-- whether nothing more is waited for in a transaction: by what its events say, whatever the moment
create or replace macro is_over(is_complete, is_cancelled, is_abandoned) as is_complete or is_cancelled or is_abandoned;

-- what a step of a workflow is called
create or replace macro step_name(steps, step) as
  case step when -1 then '(start)' when 0 then '(cancelled)' when 99 then '(end)' else steps[step].milestone end;

-- the successes of a variant in order, from where it began to where it ended: (start) > sent > received > received > (end); (open): not yet
create or replace macro successes_of(variant, is_over) as
  '(start) > ' || array_to_string(list_transform(
    list_filter(string_split(variant, ' > '), lambda name: name not like '%!'),
    lambda name: case when name like '%+' then name[:-2] || ' > ' || name[:-2] else name end), ' > ')
  || case when is_over then ' > (end)' else ' > (open)' end;

-- whether these steps directly followed each other in it, failed attempts left out (sent > received); or one of them failed (received!)
create or replace macro has_gone(variant, is_over, steps) as
  contains(' > ' || case when steps like '%!' then variant else successes_of(variant, is_over) end || ' > ', ' > ' || steps || ' > ');

-- one row per entry of the variants in `lines` (workflow, variant), in order; step 0 is the cancellation
create or replace macro entries_of(lines) as table
select
  l.workflow, l.variant, l.place,
  coalesce(list_position(list_transform(w.steps, lambda s: s.milestone), rtrim(l.name, '!+')), 0)::integer as step,
  l.name like '%!' as is_error,
  l.name like '%+' as is_repeated
from (
  select workflow, variant, unnest(string_split(variant, ' > ')) as name, generate_subscripts(string_split(variant, ' > '), 1) as place
  from (select distinct workflow, variant from query_table(lines))
) l
join def_workflows w using (workflow);

-- one row per success that follows another in a transaction of `lines` (rows of facts): from which step to which, when, and where it is the one
-- by which the step was reached, when it was due
create or replace macro passages_of(lines) as table
with pairs as materialized (
  select workflow, variant, step as from_step, lead(step) over (partition by workflow, variant order by place) as to_step
  from entries_of(lines)
  where not is_error
)
select l.workflow, l.transaction_no, p.from_step, p.to_step, l.reached[p.from_step] as from_ns, l.reached[p.to_step] as to_ns, l.due[p.to_step] as due_ns
from query_table(lines) l
join pairs p on p.workflow = l.workflow and p.variant = l.variant and p.to_step is not null
where l.is_straight
union all
select l.workflow, l.transaction_no, p.from_step, p.to_step, p.from_ns, p.to_ns, case when l.reached[p.to_step] = p.to_ns then l.due[p.to_step] end
from query_table(lines) l
join passages p using (transaction_no)
where not l.is_straight;

-- one row per way in which a variant in `lines` is not as its workflow is defined, and milestone it is about
create or replace macro deviations_of(lines) as table
with
entries as materialized (
  from entries_of(lines)
),
taken as materialized (
  select
    workflow, variant, step,
    min(place) filter (where not is_error) as first_place,
    max(place) filter (where not is_error) as last_place,
    count(*) filter (where not is_error) + coalesce(bool_or(is_repeated), false)::integer as successes,
    min(place) filter (where is_error) as first_error,
    max(place) filter (where is_error) as last_error
  from entries
  group by all
),
defined as (
  select v.workflow, v.variant, unnest(w.steps, max_depth := 2)
  from (select distinct workflow, variant from entries) v
  join def_workflows w using (workflow)
),
compared as (
  select d.*, t.* exclude (workflow, variant, step), a.first_place as cause_place, c.first_place as cancelled_place,
    exists (from taken n where n.workflow = d.workflow and n.variant = d.variant and n.first_place is not null and list_contains(d.dependents, n.step))
      as is_passed
  from defined d
  left join taken t on t.workflow = d.workflow and t.variant = d.variant and t.step = d.step
  left join taken a on a.workflow = d.workflow and a.variant = d.variant and a.step = d.after_step and d.after_step > 0
  left join taken c on c.workflow = d.workflow and c.variant = d.variant and c.step = 0
)
select workflow, variant, step, milestone, unnest(list_filter([
  case when is_required and first_place is null and is_passed then 'skipped' end,
  case when first_place < cause_place then 'early' end,
  case when successes > 1 and until_field is null then 'repeated' end,
  case when first_error < first_place then 'retried' end,
  case when last_error > first_place then 'failed_after' end,
  case when first_error is not null and first_place is null then 'failed' end,
  case when last_place > cancelled_place then 'continued' end
], lambda kind: kind is not null)) as kind
from compared;

-- one row per variant that there is, as of the moment
create or replace view variants as select distinct workflow, variant from facts;

-- one row per way in which one of them is not as its workflow is defined
create or replace view deviations as from deviations_of('variants');
