"""What interfaces say is what counting events one by one says: in whatever order they come, for any stretch of time, as of any moment."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from collectors.event import Event
from metrics import interfaces as kept_hours
from metrics.events import Asked, counted, interfaces
from metrics.read import Moment, open_reader
from metrics.refresh import Refresher
from metrics.scope import Scope
from metrics.workflows import Definitions
from sql.store import Store
from tests import plants, written
from tests.models.agreement import empty_store
from tests.models.test_random_plants import examples
from tests.plants import FAR, HOUR, MINUTE, RECORDED

FULL_HOUR = plants.utc("2026-03-23 08:00")
TIMES = [FULL_HOUR + offset for offset in (-25 * HOUR, -1, 0, 0, 1, 20 * MINUTE, HOUR - 1, HOUR, 3 * HOUR, 24 * HOUR)]
KNOWN = [RECORDED, RECORDED + 1, RECORDED + 2]
SITES = (None, "north", "south")
Interface = tuple[str, str | None, str | None, str | None]
COUNTED = ("events", "error_events", "contract_errors", "retries", "dead_letters", "keyed_events", "redelivered")


def events(dice: random.Random) -> list[Event]:
    """Few types, places and keys, so that nearly everything repeats something."""
    went = [{}, {}, {}, {"is_error": True, "error_class": "contract"}, {"is_error": True, "dead_letter": True}]
    return [
        Event(
            f"rows:{number}", f"rows:{number}", number, "rows", str(number), dice.choice(KNOWN), dice.choice(TIMES),
            dice.choice(["order.released", "order.released", "goods.received"]), dice.choice(["mes", "mes", None]), site=dice.choice(SITES),
            schema_version=dice.choice([None, "1"]), attempt=dice.choice([1, 1, 2]), idempotency_key=dice.choice([None, "K1", "K1", "K2"]),
            **dice.choice(went),
        )
        for number in range(dice.choice([10, 40, 60]))
    ]  # fmt: skip


def one_by_one(come: Iterable[Event], from_ns: int, moment: tuple[int, int], sites: frozenset[str] | None) -> dict[Interface, Counter]:
    as_of_ns, known_ns = moment
    effects: set[tuple] = set()
    found: dict[Interface, Counter] = {}
    for e in sorted(come, key=lambda e: (e.event_ns, e.attempt, e.event_id)):
        if e.event_ns > as_of_ns or e.recorded_ns > known_ns or (sites is not None and e.site not in sites):
            continue
        effect = None if e.is_error or not e.idempotency_key else (e.event_type, e.system, e.site, e.idempotency_key)
        if e.event_ns > from_ns:
            found.setdefault((e.event_type, e.system, e.schema_version, e.site), Counter()).update(
                events=1, error_events=e.is_error, contract_errors=e.error_class == "contract", retries=e.attempt > 1,
                dead_letters=e.dead_letter, keyed_events=e.idempotency_key is not None, redelivered=effect in effects,
            )  # fmt: skip
        effects |= {effect} - {None}
    return found


def agree(store: Store, come: Iterable[Event], from_ns: int, moment: tuple[int, int], sites: frozenset[str] | None = None) -> None:
    expected = one_by_one(come, from_ns, moment, sites)
    with open_reader(store, Moment(*moment), Scope(sites)) as reader:
        rows = interfaces(reader, from_ns).astype(object).to_dict("records")
        listed = counted(reader, Asked(from_ns, moment[0], kind="redelivered"))
    keys = ("event_type", "system", "schema_version", "site")
    said = {tuple(row[name] if isinstance(row[name], str) else None for name in keys): {n: row[n] for n in COUNTED} for row in rows}
    assert said == {key: {name: count[name] for name in COUNTED} for key, count in expected.items()}
    assert listed == sum(count["redelivered"] for count in expected.values())


@examples(4)
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_interfaces_are_counted_alike_after_every_part_and_when_counted_anew(dice: random.Random, parts: int) -> None:
    all_of_them = events(dice)
    with empty_store() as store:
        come: list[Event] = []
        for part in range(parts):
            take_in(store, all_of_them[part::parts], len(come))
            come += all_of_them[part::parts]
            agree(store, come, FULL_HOUR - 30 * HOUR, (FAR, FAR))
        for known_ns in (RECORDED - 1, *KNOWN):
            agree(store, come, dice.choice(TIMES), (dice.choice(TIMES) + dice.choice([0, HOUR]), known_ns))
            agree(store, come, FULL_HOUR - 30 * HOUR, (FAR, known_ns), dice.choice([None, frozenset({"north"})]))
        kept = what_is_kept(store)
        with store.write() as cursor:
            cursor.execute("set variable seen_event = 0")
            kept_hours.clear(cursor)
            kept_hours.renew(cursor, everything=True)
        assert what_is_kept(store) == kept


def test_a_repeat_that_comes_with_a_later_refresh_is_counted_at_once() -> None:
    first, second = (
        Event(
            f"rows:{n}", f"rows:{n}", n, "rows", str(n), RECORDED + n, FULL_HOUR - n * HOUR, "order.released", "mes", idempotency_key="K1"
        )
        for n in (1, 2)
    )
    with empty_store() as store:
        refresher = Refresher(store, Definitions((), plants.SITES, plants.CALENDARS, "UTC"))
        for come in ((first,), (first, second)):
            written.write(store, written.Batch(come[-1:]))
            refresher.refresh()
            agree(store, come, FULL_HOUR - HOUR - 1, (FAR, FAR))  # the one told first, which is the later one
        kept = what_is_kept(store)
        refresher.rebuild()
        assert what_is_kept(store) == kept


def take_in(store: Store, part: list[Event], seen: int) -> None:
    """As a refresh does, with nothing else to compute."""
    written.write(store, written.Batch(tuple(part)))
    with store.write() as cursor:
        cursor.execute("set variable seen_event = $1", [seen])
        kept_hours.renew(cursor, everything=False)
        cursor.execute("delete from meta where key = 'newest_recorded_ns'")
        cursor.execute("insert into meta select 'newest_recorded_ns', max(recorded_ns)::varchar from events")


def what_is_kept(store: Store) -> list[list[tuple]]:
    with store.read() as cursor:
        return [sorted(cursor.execute(f"from {table}").fetchall()) for table in ("interface_hours", "effect_keys", "redeliveries")]
