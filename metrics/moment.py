"""A past moment in front of the facts: what later events touch is computed again from what was known then."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from metrics import orders
from metrics.facts import IN_SCOPE, compute, show
from metrics.rules import judging as rules
from sql import models


@dataclass(frozen=True, slots=True)
class Moment:
    """`as_of`: what had taken effect. `known`: what we had been told. Both in ns since 1970 UTC."""

    as_of_ns: int
    known_ns: int


def enter(cursor: duckdb.DuckDBPyConnection, moment: Moment, sites: frozenset[str] | None = None) -> None:
    """Makes every view on this cursor answer as of `moment`, for `sites` only. Costs nothing when nothing is later than the moment."""
    _say(cursor, moment, sites)
    if _has_later(cursor):
        _go_back(cursor)
    elif sites is not None:
        models.run(cursor, "moment/facts_seen")


def members_of_scope(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leaves `scoped_events`, `scoped_objects` and `members` of the transactions in `scope`."""
    for name in ("scope/scoped", "facts/links", "facts/members"):
        models.run(cursor, name, in_scope=IN_SCOPE)


def know_gaps(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leaves what was usual of each feed at the moment; of all that looks at a past moment few ask for it, and it costs a second."""
    if _has_later(cursor):
        for name in ("moment/pulses_then", "placement/gaps", "moment/gaps_then"):
            models.run(cursor, name)


def _say(cursor: duckdb.DuckDBPyConnection, moment: Moment, sites: frozenset[str] | None) -> None:
    cursor.execute("set variable sites = $1::varchar[]", [None if sites is None else sorted(sites)])
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
    compute(cursor, in_scope=IN_SCOPE)
    rules.judge(cursor, everything=False)
    show(cursor)
    orders.show(cursor)
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
