"""A past moment in front of the facts: what later events touch is computed again from what was known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from metrics import facts, orders
from metrics.facts import IN_SCOPE
from metrics.rules import judging as rules
from metrics.scope import EVERYTHING, KINDS, Scope
from sql import models


@dataclass(frozen=True, slots=True)
class Moment:
    """`as_of`: what had taken effect. `known`: what we had been told. Both in ns since 1970 UTC."""

    as_of_ns: int
    known_ns: int


class Entered:
    """A moment that a cursor has gone to. What few ask of a past moment waits until it is asked for: it takes half of the time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, *, is_past: bool) -> None:
        self._cursor = cursor
        self._waiting: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {}
        if is_past:
            models.run(cursor, "moment/waiting")
            self._waiting = {"stock": facts.show_stock, "minutes": facts.show_minutes, "orders": orders.show, "gaps": _show_gaps}

    def know(self, *names: str) -> None:
        """Makes the views of stock, minutes, orders or gaps answer as of the moment."""
        for name in names:
            if show := self._waiting.pop(name, None):
                show(self._cursor)

    def gather(self) -> None:
        """Leaves `scoped_events`, `scoped_objects` and `members` of the transactions in `scope`."""
        if self._waiting:  # they come of the scope of the moment, and of what is overwritten here
            models.run(self._cursor, "moment/scope_kept")
            self.know("stock", "minutes", "orders")
            models.run(self._cursor, "moment/scope_asked")
        for name in ("scope/scoped", "facts/links", "facts/members"):
            models.run(self._cursor, name, in_scope=IN_SCOPE)


def enter(cursor: duckdb.DuckDBPyConnection, moment: Moment, sees: Scope = EVERYTHING) -> Entered:
    """Makes every view on this cursor answer as of `moment`, as far as it `sees`. Costs nothing when nothing is later than the moment."""
    _say(cursor, moment, sees)
    is_past = _has_later(cursor)
    if is_past:
        _go_back(cursor)
    elif not sees.is_all:
        models.run(cursor, "moment/facts_seen")
    if not sees.is_all:  # for those who see all nothing stands in front, so nothing gets slower
        models.run(cursor, "moment/seen_events" if sees.is_narrow else "moment/seen_sites")
    return Entered(cursor, is_past=is_past)


def _show_gaps(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leaves what was usual of each feed at the moment."""
    for name in ("moment/pulses_then", "placement/gaps", "moment/gaps_then"):
        models.run(cursor, name)


def _say(cursor: duckdb.DuckDBPyConnection, moment: Moment, sees: Scope) -> None:
    for name in KINDS:
        seen = getattr(sees, name)
        cursor.execute(f"set variable seen_{name} = $1::varchar[]", [None if seen is None else sorted(seen)])
    cursor.execute("set variable as_of = $1", [moment.as_of_ns])
    cursor.execute("set variable known_at = $1", [moment.known_ns])
    models.run(cursor, "moment/default_mark")


def _has_later(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether the facts know more than the moment does."""
    return bool(models.run(cursor, "moment/has_later").fetchall()[0][0])


def _go_back(cursor: duckdb.DuckDBPyConnection) -> None:
    models.run(cursor, "moment/changed_since")
    placed, joined = _placed_then(cursor), _joined_then(cursor)
    if placed or joined:
        models.run(cursor, "placement/renamed")
        models.run(cursor, "placement/names", placements="placed" if placed else "placements", aliases="joined_ids")
        models.run(cursor, "moment/names_then")
    if placed:
        cursor.execute("create or replace temp view placements as from placed")
    rules.reach(cursor)
    models.run(cursor, "scope/touched")
    models.run(cursor, "moment/feeds_then")
    models.run(cursor, "scope/scoped")
    # Numbers that no transaction of the store has, so that what is computed again never meets another's open steps.
    cursor.execute("set variable last_transaction = (select coalesce(max(transaction_no), 0) from transaction_facts)")
    facts.compute(cursor, everything=False)
    rules.judge(cursor, everything=False)
    facts.show(cursor)
    rules.show(cursor)


def _placed_then(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Spans recorded later may have placed what names no object."""
    if not cursor.execute("select count(*) from nameless").fetchall()[0][0]:
        return False
    models.run(cursor, "placement/candidates_known")
    models.run(cursor, "placement/placed")
    models.run(cursor, "moment/placed_then")
    return True


def _joined_then(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Events that named two ids of one object may have been later."""
    types = cursor.execute("select value from meta where key = 'alias_types'").fetchall()
    if not types or not types[0][0]:
        models.run(cursor, "placement/no_aliases")
        return False
    cursor.execute("set variable alias_types = $1", [types[0][0].split("\n")])
    models.run(cursor, "placement/aliases")
    return True
