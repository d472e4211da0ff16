"""One event of ten thousand transactions is held back: exactly it is named, by the first refresh after its due time."""

from __future__ import annotations

import hypothesis

from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.workflows import Definitions, Feed
from sql.store import Store
from tests import plants
from tests.models.agreement import empty_store
from tests.models.told import workflow

MINUTE = 60_000_000_000
HOUR = 60 * MINUTE
START = plants.utc("2026-03-23 00:00")
TRANSACTIONS = 10_000
HELD_BACK = 4711
ORDERS = workflow("""
object: order
milestones:
  - {name: released, event: released, system: erp}
  - {name: received, event: received, system: mes, after: released, within: 30m}
  - {name: posted,   event: posted,   system: wms, after: received, within: 2h}
""")
# Evenly over the time there is; received up to 29 minutes later, posted up to 119 minutes after that: in time, in no order at all.
COMING = """
    with released as (
      select range as number, $start + (range * $length) // $transactions as released_ns from range($transactions)
    ),
    received as (select *, released_ns + (hash(number, 1) % 29)::bigint * $minute as received_ns from released),
    posted as (select *, received_ns + (hash(number, 2) % 119)::bigint * $minute as posted_ns from received)
    select number, 'released' as event_type, 'erp' as system, released_ns as event_ns from posted
    union all select number, 'received', 'mes', received_ns from posted
    union all select number, 'posted', 'wms', posted_ns from posted where number <> $held_back
"""
COME = f"""
    create or replace temp table come as
    with coming as ({COMING})
    select (select coalesce(max(event_no), 0) from events) + row_number() over (order by hash(number, system)) as event_no, *
    from coming where event_ns >= $from_ns and event_ns < $to_ns
"""
EVENTS = """
    insert into events by name
    select event_no, system || ':' || number as event_id, event_id as identity, event_no as id_hash, 'bus' as source, event_id as position,
      event_ns as recorded_ns, event_ns, event_type, system, 'north' as site, false as is_error, 1 as attempt, false as dead_letter
    from come
"""
OBJECTS = "insert into event_objects by name select event_no, 'order' as object_type, number::varchar as object_id from come"


def come(store: Store, told: dict[str, int], from_ns: int, to_ns: int) -> None:
    with store.write() as cursor:
        cursor.execute(COME, {**told, "from_ns": from_ns, "to_ns": to_ns})
        cursor.execute(EVENTS)
        cursor.execute(OBJECTS)


def missing(store: Store, as_of_ns: int) -> list[tuple[str, str]]:
    with open_reader(store, Moment(as_of_ns, as_of_ns)) as reader:
        return [(row["transaction_id"], row["milestone"]) for row in reader.export("expectations") if row["state"] == "missing"]


def test_the_one_that_is_held_back_is_named_and_no_other_at_any_hour() -> None:
    is_long = hypothesis.settings.get_current_profile_name() == "soak"
    hours, step = (168, 1) if is_long else (24, 6)
    told = {"start": START, "length": hours * HOUR, "transactions": TRANSACTIONS, "minute": MINUTE, "held_back": HELD_BACK}
    with empty_store() as store:
        refresher = Refresher(store, Definitions((ORDERS,), plants.SITES, plants.CALENDARS, "UTC", (Feed("bus"),)))
        due_ns, named = _received(store, told) + 2 * HOUR, 0
        for at in range(START + step * HOUR, START + (hours + step) * HOUR, step * HOUR):
            come(store, told, at - step * HOUR, at)
            refresher.refresh()
            known_ns = _newest_posting(store) - 5 * MINUTE
            expected = [(str(HELD_BACK), "posted")] if due_ns <= known_ns else []
            assert missing(store, at) == expected
            named += len(expected)
        assert named > 1


def _received(store: Store, told: dict[str, int]) -> int:
    with store.write() as cursor:
        asked = f"select event_ns from ({COMING}) where number = {HELD_BACK} and system = 'mes'"
        return int(cursor.execute(asked, told).fetchall()[0][0])


def _newest_posting(store: Store) -> int:
    with store.write() as cursor:
        return int(cursor.execute("select max(event_ns) from events where system = 'wms'").fetchall()[0][0])
