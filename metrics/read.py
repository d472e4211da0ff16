"""Questions that pages and exports ask, as of a moment; every answer is a DataFrame, a dataclass or rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import duckdb
import pandas as pd

from metrics import filters as narrowing
from metrics import moment as moments
from metrics.journey import gather, number_of, read_path, read_together
from metrics.moment import Entered, Moment
from metrics.objectives.model import Objective
from metrics.objectives.rows import COLUMNS, objective_rows
from metrics.path import Path
from metrics.scope import EVERYTHING, Scope
from metrics.standing import status_of
from metrics.together import Key, Together
from sql import models
from sql.store import Store

__all__ = ["EXPORTS", "Moment", "Reader", "open_reader"]

OBJECTIVES = "objectives"
EXPORTS = (
    "transactions",
    "metrics",
    "variants",
    "failures",
    "failure_groups",
    "at_risk",
    "violations",
    "inventory",
    "expectations",
    "events",
    "spans",
    "hops",
    "links",
    "sources",
    "rejected",
    "coverage",
    OBJECTIVES,
)
WEEK = "week"
PERIODS = ("hour", "day", WEEK, "month")
HOUR_NS = 3_600_000_000_000
NOTHING: Mapping[str, int] = MappingProxyType({})
MOST_HOURLY = 48  # hours whose activity is told hour by hour; of a week there would be 168 bars, thinner than a pixel


@contextmanager
def open_reader(store: Store, moment: Moment, sees: Scope = EVERYTHING, objectives: Sequence[Objective] = ()) -> Iterator[Reader]:
    """A reader of one consistent state of the store at `moment`, limited to what `sees` holds, that knows these objectives. Close it
    soon: it is one question's."""
    with store.read() as cursor:
        cursor.execute("begin")
        try:
            yield Reader(cursor, moments.enter(cursor, moment, sees), moment, sees, objectives)
        finally:
            cursor.execute("rollback")


class Reader:
    """The questions. Instants in ns since 1970 UTC (`_ns`), durations in seconds."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        entered: Entered,
        moment: Moment,
        sees: Scope,
        objectives: Sequence[Objective],
    ) -> None:
        self._cursor = cursor
        self._entered = entered
        self.moment = moment
        self.sees = sees  # what it is limited to
        self.objectives = objectives
        self._left: dict[str, dict[str, Any]] = {}  # name of what was left once → the variables it was made with

    def workflows(self) -> pd.DataFrame:
        """workflow, title, object_type, criticality, owner, grace_ns, steps; in the order of the configuration."""
        return self.frame("queries/workflows")

    def sites(self) -> list[tuple[str, str]]:
        """(site, IANA time zone) of the configured sites that may be seen, by name."""
        return self._cursor.execute("select site, timezone from def_sites where site <> '' and has_site(site) order by site").fetchall()

    def timezone(self) -> str:
        """The enterprise's time zone; UTC before the first refresh."""
        rows = self._cursor.execute("select timezone from def_sites where site = ''").fetchall()
        return str(rows[0][0]) if rows else "UTC"

    def board(self, hours: int = 24) -> pd.DataFrame:
        """Per workflow and site: counts by status word (`failed` … `abandoned`). What is open counts whatever its age, what is over, or
        late, when it started in the last `hours`; inconsistent counts both, `inconsistent_started` the latter. `started`: in the last
        `hours`; `total`: all these. lag_p50_seconds and lag_p95_seconds of limit_milestone against limit_seconds, of what was asked for in
        the last `hours`, without clock_faults (how many came before they were asked for); oldest_failed_ns, oldest_overdue_ns,
        newest_event_ns; with title, owner, criticality."""
        self._leave_once("queries/recent", window_ns=hours * HOUR_NS)
        return self.frame("queries/board")

    def activity(self, hours: int = 24, site: str | None = None) -> pd.DataFrame:
        """Per hour (of more than two days per six), empty ones included: from_ns, to_ns, transactions started, of these complete, late
        (or overdue) and failed (or inconsistent) as of the moment. All together are the last `hours`."""
        bar_ns = HOUR_NS if hours <= MOST_HOURLY else 6 * HOUR_NS
        self._leave_once("queries/recent", window_ns=hours * HOUR_NS)
        return self.frame("queries/activity", {"site": site}, bar_ns=bar_ns)

    def attention(
        self, limit: int = 20, site: str | None = None, settled: Mapping[str, int] = NOTHING, also_settled: bool = False
    ) -> pd.DataFrame:
        """Groups that need somebody: kind (failed, missing, violation), workflow, title, milestone, error_class, site, transactions,
        settled, first_ns, last_ns, example_id, example_text, codes, owner, criticality. Of violations: no workflow, the rule's sentence and
        its name, and how many there are. `settled`: the ids of cases, and until when (ns) what happened to them is; they are counted apart,
        and among the others too when `also_settled`: a group may have 0 others."""
        self._leave_once("queries/trouble_now")
        return self.frame("queries/attention", {"limit": limit, "site": site}, settled=_as_map(settled), also_settled=also_settled)

    def failures(self, site: str | None = None, settled: Mapping[str, int] = NOTHING, also_settled: bool = False) -> pd.DataFrame:
        """Per workflow, milestone and error_class: title, transactions, settled (as in `attention`), sites, first_ns, last_ns, example_id,
        example_text, owner."""
        self._leave_once("queries/trouble_now")
        return self.frame("queries/failure_groups", {"site": site}, settled=_as_map(settled), also_settled=also_settled)

    def unplaced(self) -> pd.DataFrame:
        """Failures that nobody can place: system, name, error_class, failures, sites, first_ns, last_ns, example_text, example_trace_id."""
        return self.frame("queries/unplaced")

    def transactions(
        self, filters: Mapping[str, Any], sort: Sequence[tuple[str, str]] = (), start: int = 0, stop: int = 200
    ) -> tuple[pd.DataFrame, int]:
        """Rows start … stop (excluded) of the list and how many there are in all; filters and sort as in metrics.filters."""
        condition, values = narrowing.where(filters)
        which = "open_transactions" if narrowing.is_of_open_ones(filters) else "transactions"
        listed = f"from {which} join (select workflow, title from def_workflows) using (workflow) where {condition}"
        counted = listed if values else "from facts"  # how each stands need not be found out to count all
        total = self._cursor.execute(f"select count(*) {counted}", values).fetchall()[0][0]
        columns = ", ".join([*narrowing.COLUMNS, "timezone", "missing", "late"])
        order = narrowing.order_by(sort)
        # The place of a row is found with few columns, and only then is the row read whole.
        page = f"select transaction_no {listed} order by {order} limit {int(stop) - int(start)} offset {int(start)}"
        whole = f"from {which} join (select workflow, title from def_workflows) using (workflow)"
        rows = self._cursor.execute(f"select {columns} {whole} where transaction_no in ({page}) order by {order}", values)
        return rows.df(), int(total)

    def path(self, workflow: str, transaction_id: str) -> Path | None:
        """One transaction end to end; None when there is none of that name."""
        return read_path(self._cursor, self._entered, self.moment, workflow, transaction_id)

    def path_and_objects(self, workflow: str, transaction_id: str, opened: Sequence[Key] = ()) -> tuple[Path, Together] | None:
        """The same with what belongs together with it."""
        path = self.path(workflow, transaction_id)
        return (path, read_together(self._cursor, opened)) if path else None

    def together(self, workflow: str, transaction_id: str, opened: Sequence[Key] = ()) -> Together | None:
        """The objects around one transaction, and around those `opened` of them; None when there is no such transaction."""
        found = gather(self._cursor, self._entered, workflow, transaction_id)
        return read_together(self._cursor, opened) if found else None

    def trace(self, trace_ids: Sequence[str]) -> pd.DataFrame:
        """The spans of these traces, oldest first."""
        self._cursor.execute("create or replace temp table shown_traces as select unnest($1::varchar[]) as trace_id", [list(trace_ids)])
        return models.run(self._cursor, "queries/spans", spans="seen_spans", seen="true").df()

    def trace_transactions(self, trace_id: str) -> pd.DataFrame:
        """workflow, title, transaction_id, status of what the trace's events name: 50 at most."""
        return self.frame("queries/trace_transactions", {"trace": trace_id})

    def sources(self) -> pd.DataFrame:
        """Per source, system and site: events, first_event_ns, newest_event_ns, newest_recorded_ns; per source: rejected, spans, log_rows,
        stock_rows, is_complete; known_until_ns, is_silent, quiet_seconds (working time since it is known), silent_after_seconds (null: too
        few gaps to say), usual_seconds, what 99 in 100 of its gaps are not longer than, of how many, and is_usual: they decide."""
        self.know_silence()
        return self.frame("queries/sources")

    def know_silence(self) -> None:
        """Makes the view `feed_silence` answer as of the moment."""
        self._entered.know("gaps")

    def know_orders(self) -> None:
        """Makes the views of orders answer as of the moment."""
        self._entered.know("orders")

    def know_minutes(self) -> None:
        """Makes the view `minutes_now` answer as of the moment."""
        self._entered.know("minutes")

    def is_told_later(self) -> bool:
        """Whether something was told after the moment: what is summed up as events come knows too much then."""
        return bool(models.run(self._cursor, "moment/told_later").fetchall()[0][0])

    def unmapped(self, from_ns: int) -> pd.DataFrame:
        """Messages since then that say no event: source, service, system, name, destination, spans, error_spans, newest_ns,
        example_attributes (JSON), example_trace_id; 25 at most."""
        return self.frame("queries/unmapped", {"from_ns": from_ns})

    def clock_skew(self, from_ns: int, least_ns: int) -> pd.DataFrame:
        """Pairs of systems whose messages since then arrived before they were sent, by more than `least_ns`: sender, receiver, messages,
        early, behind_ns (the receiver's clock is at least so much behind), ahead_ns (and at most so much; null when nothing comes back)."""
        return self.frame("queries/clock_skew", {"from_ns": from_ns, "least_ns": least_ns})

    def rejected(self, source: str | None = None, start: int = 0, stop: int = 200) -> tuple[pd.DataFrame, int]:
        """What was refused, newest first: source, position, part, reason, excerpt, recorded_ns; and how many there are in all."""
        listed = "from rejected where recorded_ns <= getvariable('known_at') and may_see(null) and ($source is null or source = $source)"
        total = self._cursor.execute(f"select count(*) {listed}", {"source": source}).fetchall()[0][0]
        rows = self._cursor.execute(
            f"select * {listed} order by recorded_ns desc, position limit {int(stop) - int(start)} offset {int(start)}", {"source": source}
        )
        return rows.df(), int(total)

    def statuses(self, numbers: Iterable[int]) -> dict[int, str]:
        """The status word of each of a few transactions, by their numbers."""
        return status_of(self._cursor, numbers)

    def columns(self, name: str, by: str = WEEK) -> list[str]:
        """The columns of an export."""
        return list(COLUMNS) if name == OBJECTIVES else [column for column, *_ in self._export(name, by).description]

    def export(self, name: str, by: str = WEEK, from_ns: int | None = None, to_ns: int | None = None) -> Iterator[dict[str, Any]]:
        """The rows of contract.md's export `name`, times as RFC 3339 text in UTC, read a thousand at a time. Of metrics: by PERIODS, of
        what counts from `from_ns` until before `to_ns`."""
        if name == OBJECTIVES:
            yield from objective_rows(self)
            return
        rows = self._export(name, by, from_ns, to_ns)
        columns = [column for column, *_ in rows.description]
        while batch := rows.fetchmany(1000):
            for row in batch:
                yield dict(zip(columns, row, strict=True))

    def _export(self, name: str, by: str, from_ns: int | None = None, to_ns: int | None = None) -> duckdb.DuckDBPyConnection:
        if name not in EXPORTS:
            raise ValueError(f"there is no export called '{name}'; there are {', '.join(EXPORTS)}")
        if name == "hops":
            models.run(self._cursor, "moment/everyone")
            self.gather()
        if name == "inventory":
            self.compare_stock()
        if name == "sources":
            self.know_silence()
        if name == "at_risk":
            self.follow_trouble()
            self.choose_orders()
        if name == "failure_groups":
            self._follow_signatures()
        if by not in PERIODS:
            raise ValueError(f"there is no period called '{by}'; there are {', '.join(PERIODS)}")
        self.set(period=by, from_ns=from_ns, to_ns=to_ns)
        parts = {part: models.text(f"queries/{part}") for part in ("hops", "sources", "metric_periods")}
        parts |= {part: models.text(f"impact/{part}") for part in ("risks", "summed")}
        return models.run(self._cursor, f"exports/{name}", **parts, by=by)

    def metrics(self, by: str = WEEK, from_ns: int | None = None, to_ns: int | None = None) -> pd.DataFrame:
        """Per metric, site (none: all sites together) and period, of what counts from `from_ns` until before `to_ns`: good, bad, open,
        clock_fault, unjudged, attainment (0..1, null without any), observed (0..1), p50, p90, p95 in seconds; excluded, how many are agreed
        not to count, and adjusted_good, adjusted_bad, adjusted_attainment without them."""
        return self.frame("queries/metric_periods", period=by, from_ns=from_ns, to_ns=to_ns)

    def compare_stock(self) -> None:
        """Leaves `stock_differences`: what the systems say at the newest comparable snapshots, and why they differ."""
        self._entered.know("stock")
        for name in ("newest", "differences"):
            models.run(self._cursor, f"inventory/{name}")

    def coverage_by_site(self, from_ns: int) -> pd.DataFrame:
        """Per site and workflow, of transactions that began since then: title, milestones, transactions, reached (how often each was)."""
        self.set(from_ns=from_ns)
        (most,) = self._cursor.execute("select coalesce(max(len(steps)), 1) from def_workflows").fetchall()[0]
        counts = ", ".join(f"count(reached[{step}])" for step in range(1, most + 1))
        return models.run(self._cursor, "queries/coverage_sites", reached_counts=counts).df()

    def follow_trouble(self, **narrowed: str | None) -> None:
        """Leaves `troubled` and `affected`, the orders that wait for it, with what is at stake and by when it is needed."""
        self.find_trouble(**narrowed)
        self.follow()

    def find_trouble(self, **narrowed: str | None) -> None:
        """Leaves `troubled`, what is failed, missing, violated or cannot be judged, of the kind, workflow, milestone, error_class or site
        given."""
        self._leave_once("queries/trouble_now")
        self._entered.know("orders")
        self.set(**{name: narrowed.get(name) for name in ("kind", "workflow", "milestone", "error_class", "site")})
        models.run(self._cursor, "impact/troubled")

    def follow_transaction(self, workflow: str, transaction_id: str) -> None:
        """Leaves the same of one transaction, in trouble or not."""
        self.set(transaction_no=number_of(self._cursor, workflow, transaction_id))
        models.run(self._cursor, "impact/named_transaction")
        models.run(self._cursor, "impact/asked")
        self.follow()

    def choose_orders(
        self,
        order_type: str | None = None,
        needed: tuple[int | None, int | None] = (None, None),
        rows: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Leaves `chosen`: of the open orders affected those of this type, needed from … until before `needed` (ns), in `rows`."""
        names = ("order_type", "needed_from_ns", "needed_to_ns", "start", "stop")
        self.set(**dict(zip(names, (order_type, *needed, *rows), strict=True)))
        models.run(self._cursor, "impact/chosen")

    def _follow_signatures(self) -> None:
        """Leaves `signatures`, and the same of what is failed, by signature."""
        models.run(self._cursor, "impact/signed")
        self.gather()
        models.run(self._cursor, "impact/grouped")
        models.run(self._cursor, "impact/asked")
        self.set(by_group=True)
        self.follow()

    def follow(self) -> None:
        """Leaves `affected`, what waits for what is in `troubled`."""
        self._entered.know("orders")
        if models.run(self._cursor, "impact/reaching").fetchall()[0][0]:
            models.run(self._cursor, "orders/reached")
        models.run(self._cursor, "impact/affected")

    def frame(self, name: str, values: dict[str, Any] | None = None, **variables: Any) -> pd.DataFrame:
        """What the query sql/`name` answers; `values` for its $parameters, `variables` for what it reads by getvariable."""
        self.set(**variables)
        return self._cursor.execute(models.text(name), values or {}).df()

    def rows(self, name: str, values: dict[str, Any] | None = None, **variables: Any) -> list[dict[str, Any]]:
        """The same as plain values: in a frame a whole number becomes a float where others are absent, and an instant is off."""
        self.set(**variables)
        found = self._cursor.execute(models.text(name), values or {})
        columns = [column for column, *_ in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def asked(self, name: str, values: dict[str, Any], **words: str) -> list[tuple[Any, ...]]:
        """The plain rows of the query sql/`name`, its words filled in."""
        return self._cursor.execute(models.filled(models.text(name), words), values).fetchall()

    def leave(self, name: str, **variables: Any) -> None:
        """Runs sql/`name`, which leaves what is asked about next; `variables` for what it reads by getvariable."""
        self.set(**variables)
        models.run(self._cursor, name)

    def gather(self) -> None:
        """Leaves `members`, the events of the transactions in `scope`, and `scoped_events`, all there is to say of each."""
        self._entered.gather()

    def _leave_once(self, name: str, **variables: Any) -> None:
        """The same, once for these variables: what several questions of a page are made of is the most costly part of each."""
        if self._left.get(name) != variables:
            self.leave(name, **variables)
            self._left[name] = variables

    def set(self, **variables: Any) -> None:
        """Sets what queries read by getvariable."""
        for variable, value in variables.items():
            self._cursor.execute(f"set variable {variable} = $1", [value])


def _as_map(numbers: Mapping[str, int]) -> dict[str, list[str] | list[int]]:
    """As DuckDB takes a map."""
    return {"key": list(numbers), "value": list(numbers.values())}
