"""What belongs together with a transaction: the objects around its own, how they are linked and by which events, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import duckdb

from metrics.columns import in_columns
from metrics.standing import status_of
from sql import models

MOST = 60  # objects in all: more cannot be looked over
PER_TYPE = 8  # of one type around one object
MOST_EVENTS = 2_000  # that name one object: of more the newest, as 300,000 of one item took eight seconds
FEW = 400  # events that are looked up by their numbers
EXAMPLES = 3  # events that are told of each link

Key = tuple[str, str]  # object_type, object_id
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """One transaction, and how it stands."""

    workflow: str
    title: str
    transaction_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Thing:
    """One object. `is_open`: all that belongs to it was asked for; `steps`: how many links it is away from the transaction's own."""

    key: Key
    steps: int
    is_open: bool
    transactions: tuple[Standing, ...] = ()
    events: int | None = None  # that name it, where they are more than are looked through


@dataclass(frozen=True, slots=True)
class Told:
    """An event that names two objects. `is_placed`: it names none itself, its trace does."""

    event_type: str
    system: str | None
    source: str
    event_ns: int
    is_placed: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Two objects, the one of the earlier type first; how many events name both, with the first of them; and the workflows that count
    events about the one for transactions of the other."""

    one: Key
    other: Key
    events: int
    told: tuple[Told, ...]
    counted_by: tuple[str, ...] = ()
    at_least: bool = False  # known from events that name a third one as well: there may be others


@dataclass(frozen=True, slots=True)
class Rest:
    """What belongs to an object and is not shown: `more` of that type, and `hidden` that may not be seen; `at_least` so many, where it
    stands in more events than are looked through."""

    key: Key
    object_type: str
    more: int
    hidden: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """`columns`: (object_type, its things), in the order in which the types usually come to be."""

    own: Key
    columns: tuple[tuple[str, tuple[Thing, ...]], ...]
    links: tuple[Link, ...]
    rests: tuple[Rest, ...]

    @property
    def things(self) -> list[Thing]:
        return [thing for _, things in self.columns for thing in things]


@dataclass(slots=True)
class _Found:
    """What has been asked for so far. `places`: of each object the links it is away; `first_ns`: when it was first named, as far as is
    known; `open`: those asked about."""

    places: dict[Key, int]
    first_ns: dict[Key, int]
    open: set[Key]
    pairs: dict[frozenset[Key], dict[str, Any]]
    rests: dict[tuple[Key, str], Rest]
    cut: dict[Key, int]


def around(cursor: duckdb.DuckDBPyConnection, own: Key, opened: Sequence[Key]) -> Together:
    """Around the transaction in `scope`, whose events are gathered: what some event names together with its object, or with one related
    to it; and around each of `opened` that is shown so."""
    found = _Found({own: 0}, {}, set(), {}, {}, {})
    models.run(cursor, "together/of_transaction")
    asked = [(row[0], row[1]) for row in cursor.execute("select object_type, object_id from asked").fetchall()]
    words = {"names": "scoped_objects", "events": "scoped_events", "is_member": "e.event_no in (select event_no from members)"}
    _ask(cursor, found, asked, {**words, "same": "n.object_type = a.object_type and n.object_id = a.object_id"})
    while wanted := [key for key in opened if key in found.places and key not in found.open]:
        _ask_about(cursor, found, wanted, own)
    return _together(cursor, own, found)


def _ask_about(cursor: duckdb.DuckDBPyConnection, found: _Found, wanted: Sequence[Key], own: Key) -> None:
    """Whatever names one of them, among all events there are."""
    (sees_all,) = cursor.execute("select sees_all()").fetchall()[0]
    seen = set(wanted) if sees_all else {key for key, _ in _standing(cursor, wanted)} | {own}
    values = {**_named(wanted), "mine": [key in seen for key in wanted]}
    cursor.execute(models.text("together/of_objects"), values)
    models.run(cursor, "together/reaching_back")
    same = "n.object_key = a.object_key and n.object_type = a.object_type and n.object_id = a.object_id"
    _ask(cursor, found, wanted, {"names": "named_objects", "events": "events", "is_member": "false", "same": same})


def _ask(cursor: duckdb.DuckDBPyConnection, found: _Found, asked: Sequence[Key], words: dict[str, str]) -> None:
    found.open.update(asked)
    cursor.execute("set variable most_events = $1", [MOST_EVENTS])
    models.run(cursor, "together/numbers", **words)
    for kind, name, events in cursor.execute(models.text("together/cut")).fetchall():
        found.cut[kind, name] = events
    models.run(cursor, "together/near", **words, these=_these(cursor))
    cursor.execute("set variable per_type = $1", [PER_TYPE])
    for kind, name, ns in cursor.execute(models.text("together/firsts")).fetchall():
        found.first_ns[kind, name] = min(found.first_ns.get((kind, name), ns), ns)
    rows = _rows(cursor, "together/shown")
    for row in sorted(rows, key=lambda row: found.places.get((row["asked_type"], row["asked_id"]), MOST)):
        _take(found, row)


def _these(cursor: duckdb.DuckDBPyConnection) -> str:
    """Which events: said one by one while they are few, as all others are passed over then; else those from the first of them on."""
    numbers = [int(row[0]) for row in cursor.execute("select distinct event_no from numbers limit $1", [FEW + 1]).fetchall()]
    if len(numbers) <= FEW:
        return f"event_no in ({', '.join(map(str, numbers)) or 'null'})"
    return "event_no >= getvariable('names_from') and event_no in (select event_no from numbers)"


def _take(found: _Found, row: dict[str, Any]) -> None:
    """One object of those near to another: shown where there is room, else counted."""
    asked, key = (row["asked_type"], row["asked_id"]), (row["object_type"], row["object_id"])
    found.rests[asked, key[0]] = Rest(asked, key[0], row["of_type"], row["of_type_hidden"])
    if row["object_id"] is None or (key not in found.places and len(found.places) >= MOST):
        return
    found.places.setdefault(asked, 1)
    found.places[key] = min(found.places.get(key, MOST), found.places[asked] + 1)
    found.first_ns[key] = min(found.first_ns.get(key, row["first_ns"]), row["first_ns"])
    pair = frozenset((asked, key))
    if pair not in found.pairs or found.pairs[pair]["events"] < row["events"]:
        found.pairs[pair] = row


# -- put together ----------------------------------------------------------------------------------------------------------


def _together(cursor: duckdb.DuckDBPyConnection, own: Key, found: _Found) -> Together:
    standing = _by_key(cursor, _standing(cursor, found.places))
    places = dict(cursor.execute(models.text("together/places")).fetchall())
    _close(found)
    pairs = [tuple(sorted(pair)) for pair in found.pairs]
    order = in_columns([key[0] for key in found.places], [(one, other) for one, other in pairs], found.first_ns, places)
    links = _shortest([_ordered(pair, row, order) for pair, row in found.pairs.items()], found.pairs, order)
    columns = tuple((kind, tuple(_things(kind, found, standing))) for kind in order)
    rests = tuple(rest for rest in map(partial(_not_shown, found), found.rests.values()) if rest.more or rest.hidden)
    return Together(own, columns, tuple(_told(cursor, links, found.pairs)), rests)


def _not_shown(found: _Found, rest: Rest) -> Rest:
    """Of how many there are those are taken away that are linked with it on the board, whoever was asked for them."""
    shown = [pair for pair in found.pairs if rest.key in pair and any(key[0] == rest.object_type for key in pair - {rest.key})]
    return replace(rest, more=rest.more - len(shown), at_least=rest.key in found.cut)


def _close(found: _Found) -> None:
    """Two objects of different types that are near to a third one may stand in one event with it: then they are linked as well."""
    near: dict[Key, list[tuple[Key, dict[str, Any]]]] = {}
    for pair, row in found.pairs.items():
        asked = (row["asked_type"], row["asked_id"])
        near.setdefault(asked, []).extend((key, row) for key in pair - {asked})
    for listed in near.values():
        for (one, row), (other, beside) in combinations(listed, 2):
            pair, told = frozenset((one, other)), {each["event_no"] for each in beside["told"]}
            both = [each for each in row["told"] if each["event_no"] in told]
            if one[0] != other[0] and both and pair not in found.pairs:
                found.pairs[pair] = {**row, "told": both, "events": len(both), "at_least": True}


def _things(kind: str, found: _Found, standing: Mapping[Key, tuple[Standing, ...]]) -> Iterable[Thing]:
    """In the order in which they were found: what is opened later does not move what stood there."""
    for key, steps in found.places.items():
        if key[0] == kind:
            yield Thing(key, steps, key in found.open, standing.get(key, ()), found.cut.get(key))


def _standing(cursor: duckdb.DuckDBPyConnection, keys: Iterable[Key]) -> list[tuple[Key, Row]]:
    rows = _rows(cursor, "together/transactions", _named(keys))
    return [((row["object_type"], row["object_id"]), row) for row in rows]


def _by_key(cursor: duckdb.DuckDBPyConnection, found: list[tuple[Key, Row]]) -> dict[Key, tuple[Standing, ...]]:
    statuses = status_of(cursor, (row["transaction_no"] for _, row in found))
    by_key: dict[Key, tuple[Standing, ...]] = {}
    for key, row in found:
        stands = Standing(row["workflow"], row["title"], key[1], statuses[row["transaction_no"]])
        by_key[key] = (*by_key.get(key, ()), stands)
    return by_key


def _ordered(pair: frozenset[Key], row: Row, order: Sequence[str]) -> tuple[Key, Key]:
    """Of the earlier type first; of one type the one that was asked about, as what came before."""
    asked = (row["asked_type"], row["asked_id"])
    one, other = sorted(pair, key=lambda key: (order.index(key[0]), key != asked, key[1]))
    return one, other


def _shortest(links: list[tuple[Key, Key]], pairs: Mapping[frozenset[Key], Row], order: Sequence[str]) -> list[tuple[Key, Key]]:
    """Without those over an object between that the same events name as well: the line over that one says it already."""
    events = {link: {each["event_no"] for each in pairs[frozenset(link)]["told"]} for link in links}

    def is_long(one: Key, other: Key) -> bool:
        between = range(order.index(one[0]) + 1, order.index(other[0]))
        middles = {key for link in links for key in link if order.index(key[0]) in between}
        return any(events[one, other] <= events.get((one, key), set()) & events.get((key, other), set()) for key in middles)

    return [link for link in links if not is_long(*link)]


def _told(cursor: duckdb.DuckDBPyConnection, links: list[tuple[Key, Key]], pairs: Mapping[frozenset[Key], Row]) -> Iterable[Link]:
    told = {link: pairs[frozenset(link)]["told"][:EXAMPLES] for link in links}
    numbers = sorted({each["event_no"] for events in told.values() for each in events})
    placed = {row[0] for row in cursor.execute(models.text("together/placed"), {"events": numbers}).fetchall()}
    counted: dict[frozenset[str], list[str]] = {}
    for row in _rows(cursor, "together/taken_in"):
        counted.setdefault(frozenset((row["object_type"], row["related_type"])), []).append(row["title"])
    for one, other in links:
        events = tuple(
            Told(each["event_type"], each["system"], each["source"], each["event_ns"], each["event_no"] in placed)
            for each in told[one, other]
        )
        titles = tuple(counted.get(frozenset((one[0], other[0])), ()))
        pair = pairs[frozenset((one, other))]
        yield Link(one, other, pair["events"], events, titles, pair.get("at_least", False))


def _named(keys: Iterable[Key]) -> dict[str, list[Any]]:
    listed = list(keys)
    return {"types": [key[0] for key in listed], "ids": [key[1] for key in listed]}


def _rows(cursor: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    found = cursor.execute(models.text(name), values or {})
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
