"""Keeps the facts current: after new records only the transactions they touch, after new definitions all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pandas as pd

from metrics import definitions as defining
from metrics import facts, interfaces, orders, stock
from metrics.calendars import SECOND_NS
from metrics.clocks import zone_offsets
from metrics.rules import judging as rules
from metrics.rules.judging import RuleFailed
from metrics.workflows import Definitions
from metrics.working_time import working_time
from sql import models
from sql.store import Store, insert

EVER = 2**63 - 1
MARGIN_NS = 31 * 86_400 * SECOND_NS


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh did: events it saw for the first time, transactions it computed anew."""

    events: int
    transactions: int
    rebuilt: bool


class Refresher:
    """Computes `transaction_facts` from `events` under the given definitions."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self.store = store
        self.definitions = definitions
        self.failed_rules: dict[str, RuleFailed] = {}  # left out until everything is computed anew

    def refresh(self) -> RefreshReport:
        """Computes what new events touch; everything when the definitions differ from those of the last time."""
        return self._without_failing_rules(self._renew)

    def rebuild(self) -> RefreshReport:
        """Computes everything anew from the events."""
        self.failed_rules.clear()
        return self._without_failing_rules(self._everything)

    def _without_failing_rules(self, compute: Callable[[duckdb.DuckDBPyConnection], RefreshReport]) -> RefreshReport:
        """A rule that fails ends the transaction; what it is about goes on without it, and the rule says why it is not checked."""
        while True:
            try:
                with self.store.write() as cursor:
                    for failed in self.failed_rules.values():
                        rules.skip(cursor, failed)
                    return compute(cursor)
            except RuleFailed as failed:
                self.failed_rules[failed.rule] = failed

    def _renew(self, cursor: duckdb.DuckDBPyConnection) -> RefreshReport:
        if _meta(cursor, "definitions") != defining.fingerprint(self.definitions):
            return self._everything(cursor)
        return self._touched(cursor)

    def _everything(self, cursor: duckdb.DuckDBPyConnection) -> RefreshReport:
        defining.write(cursor, self.definitions)
        for failed in self.failed_rules.values():
            rules.skip(cursor, failed)
        facts.clear(cursor)
        stock.count_anew(cursor)
        interfaces.clear(cursor)
        for table in ("nameless", "placements", "aliases", "feeds", "feed_pulses", "feed_gaps"):
            cursor.execute(f"delete from {table}")
        cursor.execute("delete from meta where key in ('newest_event_ns', 'newest_recorded_ns')")
        self._say(cursor, seen_event=0, seen_span=0, last_transaction=0)
        if _is_placing(cursor, "candidates_known"):
            models.run(cursor, "placement/placed")
            cursor.execute("insert into placements by name from placed")
        self._join_ids(cursor)
        models.run(cursor, "placement/aliases_anew")
        models.run(cursor, "placement/names_all")
        if self.definitions.alias_types:
            models.run(cursor, "placement/names_joined")
        models.run(cursor, "placement/firsts_all")
        self._cover_time(cursor)
        models.run(cursor, "scope/everything")
        facts.compute(cursor, everything=True)
        facts.compute_stock(cursor)
        rules.judge(cursor, everything=True)
        self._keep(cursor, everything=True)
        orders.renew_all(cursor)
        return RefreshReport(_count(cursor, "events"), _count(cursor, "transaction_facts"), True)

    def _touched(self, cursor: duckdb.DuckDBPyConnection) -> RefreshReport:
        seen_event, seen_span = (int(_meta(cursor, key) or 0) for key in ("refreshed_event", "refreshed_span"))
        stock.count_new(cursor)
        self._cover_new_time(cursor, seen_event)
        if _newest(cursor, "events", "event_no") == seen_event and _newest(cursor, "spans", "span_no") == seen_span:
            return RefreshReport(0, 0, False)
        self._say(
            cursor, seen_event=seen_event, seen_span=seen_span, last_transaction=_newest(cursor, "transaction_facts", "transaction_no")
        )
        cursor.execute("create or replace temp table changed as select event_no from events where event_no > getvariable('seen_event')")
        events = _count(cursor, "changed")
        if _is_placing(cursor, "candidates_new"):
            for name in ("placed", "placed_anew"):
                models.run(cursor, f"placement/{name}")
        else:
            models.run(cursor, "placement/nothing_placed")
        self._join_ids(cursor)
        models.run(cursor, "placement/renamed")
        models.run(cursor, "placement/aliases_anew")
        models.run(cursor, "placement/names", placements="placements", aliases="aliases")
        models.run(cursor, "placement/names_anew")
        models.run(cursor, "placement/firsts_anew")
        rules.take_in(cursor)
        rules.reach(cursor)
        models.run(cursor, "scope/touched")
        models.run(cursor, "scope/scoped")
        facts.compute(cursor, everything=False)
        facts.compute_stock(cursor)
        rules.judge(cursor, everything=False)
        facts.replace(cursor)
        self._keep(cursor, everything=False)
        orders.renew_touched(cursor)
        return RefreshReport(events, _count(cursor, "fresh_facts"), False)

    def _say(self, cursor: duckdb.DuckDBPyConnection, **variables: int) -> None:
        for name, value in {"as_of": EVER, "known_at": EVER, "alias_types": sorted(self.definitions.alias_types), **variables}.items():
            cursor.execute(f"set variable {name} = $1", [value])

    def _join_ids(self, cursor: duckdb.DuckDBPyConnection) -> None:
        models.run(cursor, "placement/aliases" if self.definitions.alias_types else "placement/no_aliases")

    def _keep(self, cursor: duckdb.DuckDBPyConnection, *, everything: bool) -> None:
        facts.keep(cursor, everything=everything)
        rules.keep(cursor, everything=everything)
        interfaces.renew(cursor, everything=everything)
        for name in ("feeds_new", "pulses_new", "gaps", "gaps_new", "newest"):
            models.run(cursor, f"placement/{name}")
        self._remember(cursor)

    def _cover_new_time(self, cursor: duckdb.DuckDBPyConnection, seen_event: int) -> None:
        new = {"seen_event": seen_event, "length_ns": MARGIN_NS}
        if cursor.execute(models.text("scope/uncovered"), new).fetchall()[0][0]:
            self._cover_time(cursor)

    def _cover_time(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Makes working time for every deadline that an event can open, and the clocks of all zones, around whatever counts: for a year to
        come as well, so that it is seldom made again, and not for the centuries before an event that is dated 1900."""
        times = cursor.execute(models.text("scope/counting_times"), {"length_ns": MARGIN_NS}).fetchall()
        spans = _joined([(first - MARGIN_NS, last + 12 * MARGIN_NS) for first, last in times])
        if not spans:
            return
        made = {
            "working_time": working_time(self.definitions, spans),
            "zone_offsets": zone_offsets(self.definitions, spans),
            "covered_time": pd.DataFrame(spans, columns=["from_ns", "to_ns"]),
        }
        for table, rows in made.items():
            cursor.execute(f"delete from {table}")
            insert(cursor, table, rows)

    def _remember(self, cursor: duckdb.DuckDBPyConnection) -> None:
        _set_meta(cursor, "definitions", defining.fingerprint(self.definitions))
        _set_meta(cursor, "alias_types", "\n".join(sorted(self.definitions.alias_types)))
        _set_meta(cursor, "refreshed_event", str(_newest(cursor, "events", "event_no")))
        _set_meta(cursor, "refreshed_span", str(_newest(cursor, "spans", "span_no")))


def _is_placing(cursor: duckdb.DuckDBPyConnection, candidates: str) -> bool:
    """Whether anything is there that names no object and may take over some."""
    for name in ("nameless_new", candidates):
        models.run(cursor, f"placement/{name}")
    return bool(cursor.execute("from candidates limit 1").fetchall())


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time, in order, without overlaps."""
    joined: list[tuple[int, int]] = []
    for from_ns, to_ns in spans:
        if joined and from_ns <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(to_ns, joined[-1][1])
        else:
            joined.append((from_ns, to_ns))
    return joined


def _count(cursor: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(cursor.execute(f"select count(*) from {table}").fetchall()[0][0])


def _newest(cursor: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    return int(cursor.execute(f"select coalesce(max({column}), 0) from {table}").fetchall()[0][0])


def _meta(cursor: duckdb.DuckDBPyConnection, key: str) -> str | None:
    rows = cursor.execute("select value from meta where key = ?", [key]).fetchall()
    return rows[0][0] if rows else None


def _set_meta(cursor: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    cursor.execute("delete from meta where key = ?", [key])
    cursor.execute("insert into meta values (?, ?)", [key, value])
