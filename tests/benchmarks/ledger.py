"""Plants of any size straight in the tables of events, as the loader would have left them: made by SQL, a million events in seconds."""

from __future__ import annotations

import duckdb
import yaml

from app.configuration.packs import DEFAULT_PACK
from metrics.calendars import Calendar
from metrics.catalog import CATALOG, applicable
from metrics.keys import seconds
from metrics.workflows import Definitions, Feed, Site, Workflow, parse

SECOND = 10**9
DAY = 86_400 * SECOND
PER_DAY = 10_000  # transactions: a group of plants
SITES = {"augsburg": "Europe/Berlin", "monterrey": "America/Monterrey", "kulim": "Asia/Kuala_Lumpur"}
SHARES = {  # of a hundred transactions
    "order_to_production": 30,
    "production_to_inventory": 30,
    "stock_movement_sync": 20,
    "shipment_to_invoice": 12,
    "procure_to_receipt": 8,
}
SUPPLIERS, CARRIERS = 40, 5


def definitions() -> Definitions:
    """The workflows, metrics and deadlines that ship, at three sites; every feed is complete."""
    workflows, _ = parse(yaml.safe_load(DEFAULT_PACK.read_text(encoding="utf-8")))
    sites = tuple(Site(name, zone) for name, zone in SITES.items())
    feeds = (Feed("bench", is_complete=True),)
    return Definitions(workflows, sites, (Calendar("default"),), "Europe/Berlin", feeds, metrics=applicable(CATALOG, workflows))


def fill(cursor: duckdb.DuckDBPyConnection, told: Definitions, first: int, transactions: int, begin_ns: int, per_day: int = PER_DAY) -> int:
    """Appends the events of transactions number `first` … `first + transactions`; how many events. Number 0 begins at `begin_ns`, and
    `per_day` a day follow. Of a hundred one loses its last step and one is refused it, until somebody brings it a day later; three are
    tried twice. Purchase orders have a supplier, which says that it could read them, and promises; deliveries have a carrier. Production
    orders are done by a confirmation that names them, deliveries by their goods issue, purchase orders by their receipt."""
    before = _make(cursor, told, first, transactions, 1, begin_ns, per_day)
    _keep(cursor)
    return _newest(cursor) - before


def answer(cursor: duckdb.DuckDBPyConnection, told: Definitions, transactions: int, begin_ns: int, events: int, days: int) -> None:
    """Appends about `events` events: the last step, once more, of as many transactions of the last `days` before number `transactions`."""
    recent = min(days * PER_DAY, transactions)
    before = _make(cursor, told, transactions - recent, recent // events * events, recent // events, begin_ns)
    cursor.execute("delete from made where step < steps")
    cursor.execute(
        """create or replace temp table made as
           select * replace (
             row_number() over () + $before as event_no, event_ns + 3600000000000 as event_ns, false as is_error, 9 as attempt)
           from made""",
        {"before": before},
    )
    _keep(cursor)


def _make(
    cursor: duckdb.DuckDBPyConnection, told: Definitions, first: int, count: int, stride: int, begin_ns: int, per_day: int = PER_DAY
) -> int:
    """Leaves the events in `made`; the number of the newest event before them."""
    before = _newest(cursor)
    cursor.execute(PLAN)
    cursor.executemany(f"insert into plan values ({', '.join('?' * 8)})", [row for name in SHARES for row in _steps(told, name)])
    values = {"first": first, "count": count, "stride": stride, "begin": begin_ns, "apart": DAY // per_day, "before": before}
    partners = {"suppliers": SUPPLIERS, "carriers": CARRIERS}
    cursor.execute(MADE, {**values, **partners, "sites": list(SITES)})
    return before


def _keep(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute(EVENTS)
    cursor.execute(OBJECTS)


def _steps(told: Definitions, name: str) -> list[tuple[object, ...]]:
    """What a transaction of the workflow does, a quarter of the time it has after the step before."""
    names = list(SHARES)
    low = sum(SHARES[other] for other in names[: names.index(name)])
    workflow: Workflow = next(w for w in told.workflows if w.name == name)
    lag, rows = 0, []
    for number, milestone in enumerate(workflow.milestones, 1):
        lag += seconds(milestone.within or "1m") * SECOND // 4
        kind = (name, workflow.object, low, low + SHARES[name])
        rows.append((*kind, number, milestone.event, milestone.system, lag))
    return rows


def _newest(cursor: duckdb.DuckDBPyConnection) -> int:
    return int(cursor.execute("select coalesce(max(event_no), 0) from events").fetchall()[0][0])


PLAN = """
create or replace temp table plan (
  workflow varchar, object_type varchar, low integer, high integer, step integer, event_type varchar, system varchar, lag_ns bigint)
"""
MADE = """
create or replace temp table made as
with
begun as (
  select n, (n * 7919) % 100 as kind, hash(n) % 100 as fate, $begin + n * $apart as start_ns, $sites[1 + n % len($sites)] as site
  from range($first, $first + $count, $stride) t(n)
),
stepping as (
  select b.*, p.*, b.start_ns + p.lag_ns + (hash(b.n, p.step) % 60)::bigint * 1000000000 as event_ns
  from begun b
  join (select *, max(step) over (partition by workflow) as steps from plan) p on b.kind >= p.low and b.kind < p.high
),
tried as (
  select * replace (case when fate in (0, 1) and step = steps then event_ns + 86400000000000 else event_ns end as event_ns),
    false as is_error, case when fate in (2, 3, 4) and step = 2 or fate = 1 and step = steps then 2 else 1 end as attempt
  from stepping
  union all by name
  select * replace (event_ns - 30000000000 as event_ns), true as is_error, 1 as attempt from stepping where fate in (2, 3, 4) and step = 2
  union all by name
  select *, true as is_error, 1 as attempt from stepping where fate = 1 and step = steps
  union all by name
  -- no step: the supplier says that it could read the order, or, of a hundred orders one, that it could not
  select * replace ('technical.receipt' as event_type, 'supplier' as system, event_ns + 300000000000 as event_ns),
    fate = 5 as is_error, 1 as attempt
  from stepping
  where event_type = 'purchase_order.sent'
)
select row_number() over (order by start_ns, n, step, attempt, event_type) + $before as event_no, *,
  case
    when workflow = 'procure_to_receipt' and step > 1 then 'V-' || hash(n) % $suppliers
    when event_type = 'shipment.dispatched' then 'C-' || n % $carriers end as partner,
  -- it comes within four days; of seven promises one is for two days, and not kept
  case when event_type = 'purchase_order.confirmed'
    then start_ns + (12 - 10 * (hash(n, 1) % 7 = 0)::bigint) * 86400000000000 end as promised_ns,
  case when step = 1 then 1 + n % 90 end as ordered_quantity
from tried
"""
EVENTS = """
insert into events by name
select
  event_no, md5(n || workflow) || lpad(to_hex(event_no), 16, '0') as event_id, event_id as identity, hash(event_no) as id_hash,
  'bench' as source, event_no::varchar as position, event_ns + 1000000000 as recorded_ns, event_ns, event_type, system, site, is_error,
  attempt, false as dead_letter, event_type || ':' || n || ':' || attempt as idempotency_key,
  case when is_error then case fate when 1 then 'business' when 5 then 'contract' else 'transient' end end as error_class,
  case when is_error then case fate when 5 then 'x12.997:R' else 'http:409' end end as error_code,
  partner, promised_ns, ordered_quantity,
  1 + (case when workflow = 'production_to_inventory' then n + 20 else n end) % 90 as quantity,  -- as much as its order, 70 before
  'M-' || (n % 5000) as item, 100 + n % 9000 as value, 'EUR' as currency,
  left(event_id, 32) as trace_id, event_id as span_id
from made
order by event_no
"""
OBJECTS = """
insert into event_objects
select event_no, object_type, left(object_type, 2) || n from made
union all
select event_no, 'sales_order', 'SO' || (n // 3) from made where workflow = 'order_to_production' and step = 1
union all
-- of what is confirmed the order was number 70 before: its kind is 30 less
select event_no, 'production_order', 'pr' || (n - 70) from made where event_type = 'production.confirmed'
order by all
"""
