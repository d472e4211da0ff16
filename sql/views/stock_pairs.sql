-- one row per site and pair of snapshots that are compared, as of the moment. Two snapshots may be a pair when they are of the two systems, not
-- too far apart, and none lies between them; the nearest ones become pairs first (of equally near ones the earlier), each snapshot in one
create or replace view stock_pairs as
with
heads as (
  select h.site, h.snapshot_ns, h.system = d.reference_system as is_reference
  from stock_heads h
  join def_inventory d on h.system in (d.reference_system, d.other_system)
  where h.snapshot_ns <= getvariable('as_of') and h.first_recorded_ns <= getvariable('known_at') and may_see(h.site)
),
numbered as (
  select
    site, snapshot_ns, is_reference,
    row_number() over behind as place,
    lag(snapshot_ns) over behind as before_ns,
    case when lag(is_reference) over behind <> is_reference then snapshot_ns - lag(snapshot_ns) over behind end as gap_ns
  from heads
  window behind as (partition by site order by snapshot_ns, is_reference)
),
near as (
  select n.* replace (case when n.gap_ns <= d.gap_ns then n.gap_ns end as gap_ns)
  from numbered n
  cross join def_inventory d
),
-- whether the neighbour, which shares a snapshot, comes first
slopes as (
  select
    *,
    coalesce(lag(gap_ns) over along <= gap_ns, false) as left_first,
    coalesce(lead(gap_ns) over along < gap_ns, false) as right_first
  from near
  window along as (partition by site order by place)
),
-- where neighbours that come first end: the pair there is taken, the next one not, the one after it is
feet as (
  select
    *,
    max(place) filter (where not left_first) over (partition by site order by place) as left_foot,
    min(place) filter (where not right_first) over (partition by site order by place rows between current row and unbounded following) as right_foot
  from slopes
)
select
  site,
  snapshot_ns as pair_ns,
  case when is_reference then snapshot_ns else before_ns end as reference_ns,
  case when is_reference then before_ns else snapshot_ns end as other_ns,
  gap_ns,
  row_number() over (partition by site order by snapshot_ns desc) = 1 as is_newest
from feet
where gap_ns is not null and (place - left_foot) % 2 = 0 and (right_foot - place) % 2 = 0;
