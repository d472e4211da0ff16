-- one row per example in `shown`: what was said last when the step it failed at failed. An event belongs to it as in facts/members, but
-- only the examples' objects are followed, so that this costs the same however many transactions there are
with
wanted as (
  select distinct s.workflow, s.milestone, s.error_class, s.object_type, s.example_id, d.event_type, d.system
  from shown s
  join def_workflows w on w.workflow = s.workflow
  join def_steps d on d.workflow = s.workflow and w.steps[nullif(d.step, 0)].milestone = s.milestone
  where s.error_class is not null
),
named as materialized (
  select distinct s.workflow, s.object_type, s.example_id, n.event_no
  from (select distinct workflow, object_type, example_id from wanted) s
  join named_objects n on n.object_key = object_key(s.object_type, s.example_id) and n.object_type = s.object_type and n.object_id = s.example_id
  join events e on e.event_no = n.event_no
  where e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
),
related as materialized (
  select distinct o.workflow, o.object_type as own_type, o.example_id, n.object_key, n.object_type, n.object_id
  from named o
  join named_objects n on n.event_no = o.event_no
  join def_related r on r.workflow = o.workflow and r.related_type = n.object_type
),
linked as materialized (
  select distinct r.workflow, r.own_type as object_type, r.example_id, n.event_no
  from related r
  join named_objects n on n.object_key = r.object_key and n.object_type = r.object_type and n.object_id = r.object_id
),
belonging as (
  select workflow, example_id, event_no from named
  union
  select l.workflow, l.example_id, l.event_no
  from linked l
  where not exists (from named_objects n where n.event_no = l.event_no and n.object_type = l.object_type)
)
select
  w.workflow, w.milestone, w.error_class, w.example_id,
  arg_max(coalesce(e.error_text, e.error_type), (e.event_ns, e.attempt, e.event_id)) as example_text
from belonging b
join events e on e.event_no = b.event_no
join wanted w on w.workflow = b.workflow and w.example_id = b.example_id and w.event_type = e.event_type and w.system = e.system
where e.is_error and e.error_class = w.error_class and e.event_ns <= getvariable('as_of') and e.recorded_ns <= getvariable('known_at')
group by all
