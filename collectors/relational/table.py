"""Reads the rows of one table, or of one query, in the order of its watermark: page by page, and from a little way back each time.

Every page is a transaction of its own, so no snapshot is held open in somebody else's database while we write to our disk.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql.expression import FromClause

from collectors.collector import Clock, Trouble
from collectors.mapping import RowMapping
from collectors.relational import page as sql
from collectors.relational.cells import folded, has_column, is_inside, lookup_of, named, position_of, row_as_json, text_of
from collectors.relational.known_rows import MOST, KnownRows
from collectors.relational.link import Link
from collectors.relational.watermark import TEXT, LookBack, Unordered, is_ahead, kind_of, read_back, written

ANYTHING = 0
SHOWN = 20  # columns named in a sentence
AHEAD_NS = 3600 * 10**9  # clocks of two machines may differ; a watermark an hour ahead is told


AT = "{at}"  # in a sentence: the row it is about
SAME_KEY = "has several rows with the same key, such as {at}. Of these only the first counts; `key` must tell every row apart."
NO_PROGRESS = (
    "has more rows than a page at {at} that its driver cannot tell apart. Those behind them are not read; raise `page_size`, or choose "
    "a `watermark` that is less often the same."
)
TOO_MANY = (
    f"has more than {MOST:,} rows within `look_back`. What lies beyond is written to the journal with every poll, and counts once; make "
    "`look_back` shorter."
)


class Unreadable(Exception):
    """The table cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read, by which columns, and what of it the mapping expects."""

    table: str | None
    query: str | None
    key: Sequence[str]
    watermark: str
    version: str | None
    page_size: int
    look_back: LookBack
    expected: RowMapping


class Row(NamedTuple):
    """One row, as its record will hold it."""

    position: str
    payload: bytes
    after: str


class Shape(NamedTuple):
    """The columns of the table as they are now, and where among them those stand that the plan names."""

    place: FromClause
    columns: list[str]
    order: list[str]  # the watermark, then the key without it
    key: list[int]
    version: int | None

    @property
    def indexes(self) -> list[int]:
        """Where the columns of `order` stand."""
        return [self.columns.index(name) for name in self.order]


class Table:
    def __init__(self, link: Link, plan: Plan) -> None:
        self._link, self._plan = link, plan
        self.stream = plan.table or "query"
        self.known = KnownRows()
        self._columns: list[str] = []  # when last read
        self._restarted_for: str | None = None  # the kind of watermark for which the table was read from its start again
        self._told_back: Any = None  # the newest watermark when it was told that the table went back

    def read(self, after: str | None, clock: Clock) -> Iterator[Row | Trouble]:
        self.known.forget_waiting()
        try:
            yield from self._read(after, clock)
        except Unreadable as error:
            yield Trouble("", f"{self._name} cannot be read: {error}")
        except Unordered as error:
            yield Trouble("", f"{self._name} cannot be read by its column {self._plan.watermark}, which `watermark` names: {error}.")
        except SQLAlchemyError as error:
            yield Trouble("", f"{self._name} cannot be read: {self._link.sentence(error)}")

    def close(self) -> None:
        self._link.close()

    @property
    def _name(self) -> str:
        return f"{self._plan.table or 'The query'} of {self._link.where}"

    def _read(self, after: str | None, clock: Clock) -> Iterator[Row | Trouble]:
        shape = self._shape()
        with self._link.reading() as connection:
            newest = connection.scalar(sql.newest(shape.place, shape.order[0]))
            empty = connection.scalar(sql.without(shape.place, shape.order)) or 0
        for sentence in [*self._changes(shape), *_emptiness(shape.order, empty)]:
            yield Trouble(self.stream, f"{self._name} {sentence}")
        if newest is not None:
            high = yield from self._go_on_from(read_back(shape.order[0], after), newest, clock())
            yield from self._pages(shape, high, clock)

    # -- before the rows
    def _shape(self) -> Shape:
        place, columns = self._found()
        names, plan = folded(tuple(columns)), self._plan
        if double := sorted({name for name in columns if columns.count(name) > 1}):
            raise Unreadable(f"two of its columns are called {', '.join(double)}; give them different names in the query.")
        wanted = [plan.watermark, *plan.key, *([plan.version] if plan.version else [])]
        absent = [name for name in wanted if named(name, columns, names) is None]
        if absent:
            missed = ", ".join(dict.fromkeys(absent))
            raise Unreadable(f"it has no column {missed}, which `watermark`, `key` or `version` names; its columns: {_listed(columns)}.")
        watermark, *key = [str(named(name, columns, names)) for name in (plan.watermark, *plan.key)]
        version = columns.index(str(named(plan.version, columns, names))) if plan.version else None
        order = [watermark, *(name for name in key if name != watermark)]
        return Shape(place, columns, order, [columns.index(name) for name in key], version)

    def _found(self) -> tuple[FromClause, list[str]]:
        """Where the rows are, and the names of their columns; a table is looked for as written, then without its capitals."""
        table, failure = self._plan.table, None
        for name in dict.fromkeys((table, table and table.lower())):
            place = sql.place_of(name, self._plan.query)
            with self._link.reading() as connection:
                try:
                    return place, list(connection.execute(sql.no_rows(place)).keys())
                except DBAPIError as error:
                    if error.connection_invalidated:
                        raise
                    failure = failure or error
        assert failure
        raise failure

    def _changes(self, shape: Shape) -> Iterator[str]:
        """What the mapping misses, and what came and went since the last poll."""
        mapping, lookup = self._plan.expected, lookup_of(dict.fromkeys(shape.columns, ANYTHING))
        absent = mapping.absent_columns([name for name in mapping.columns() if lookup(name) is not None or is_inside(name, shape.columns)])
        becomes = mapping.empty_or_refused(lambda name: has_column(name, tuple(shape.columns)))
        if told := ", ".join(f"{columns} (for {field})" for field, columns in absent):
            yield f"has no column {told}; its columns: {_listed(shape.columns)}. {becomes}"
        if self._columns and self._columns != shape.columns:
            gone, new = sorted(set(self._columns) - set(shape.columns)), sorted(set(shape.columns) - set(self._columns))
            what = "; ".join(f"{word} {_listed(names)}" for word, names in (("gone:", gone), ("new:", new)) if names) or "another order"
            yield f"has changed its columns ({what}). Reading goes on; every row since then has the columns of now."
        self._columns = shape.columns

    def _go_on_from(self, before: Any, newest: Any, now_ns: int) -> Generator[Trouble, None, Any]:
        """The watermark up to which rows were seen, as far as that still holds."""
        back, column = self._plan.look_back, self._plan.watermark
        if kind_of(newest) is None:  # told where it is met
            return before
        back.check(newest)
        if back.capped(newest, now_ns + AHEAD_NS) != newest:
            yield self._trouble(
                f"has rows whose {column} lies in the future, up to {text_of(newest)}. They are read, and again with every poll until then."
            )
        if before is None:
            return None
        if kind_of(before) != kind_of(newest):
            if self._restarted_for == kind_of(newest):  # both kinds stand in it: those of the other are told where they are met
                return before
            self._restarted_for = kind_of(newest)
            self.known.clear()
            yield self._trouble(
                f"has another kind of values in {column} than when it was last read ({text_of(before)}, now {text_of(newest)}). "
                "It is read from its start again; rows that were read before count once all the same."
            )
            return None
        if not is_ahead(before, newest):
            return before
        if is_ahead(back.start(before), newest) and self._told_back != newest:
            self._told_back = newest
            yield self._trouble(
                f"ends at {column} {text_of(newest)}, but was read up to {text_of(before)}: rows were deleted, or the database was "
                "restored to an earlier state. It is read on from there. A row under a key that was read before counts as the same row; "
                "where keys are given out again, name a column that differs as `version`, such as the time of creation."
            )
        return newest

    # -- the rows
    def _pages(self, shape: Shape, high: Any, clock: Clock) -> Iterator[Row | Trouble]:
        back, size, told = self._plan.look_back, self._plan.page_size, set[str]()
        start, behind, mark = None if high is None else back.start(high), None, ""
        while True:
            rows, before, now_ns = self._page(shape, start, behind), behind, clock()
            for row in rows:
                found = [row[i] for i in shape.indexes]
                sentence, is_read = self._oddity(found, behind, high)
                if sentence and sentence not in told:
                    told.add(sentence)
                    yield self._trouble(sentence.replace(AT, _shown(found)))
                behind = found
                if is_read:
                    at = back.capped(found[0], now_ns)
                    if high is None or is_ahead(at, high):
                        high, mark = at, ""
                    mark = mark or written(shape.order[0], high)
                    record = self._record(shape, row, mark)
                    if self.known.add(record.position, record.payload, found[0]):
                        yield record
            if len(rows) < size:
                return
            if behind == before:
                yield self._trouble(NO_PROGRESS.replace(AT, _shown(behind)))
                return
            if high is not None and not self.known.leave_behind(back.start(high)) and TOO_MANY not in told:
                told.add(TOO_MANY)
                yield self._trouble(TOO_MANY)

    def _record(self, shape: Shape, row: Sequence[Any], mark: str) -> Row:
        position = position_of([row[i] for i in shape.key], None if shape.version is None else row[shape.version])
        return Row(position, row_as_json(shape.columns, row), mark)

    def _page(self, shape: Shape, start: Any, behind: Sequence[Any] | None) -> Sequence[Any]:
        statement = sql.page(shape.place, shape.order, start, behind, self._plan.page_size)
        try:
            with self._link.reading() as connection:
                return connection.execute(statement).fetchall()
        except (ValueError, OverflowError) as error:  # of the driver, about a value that Python cannot hold
            at = _shown(behind) if behind else "the start" if start is None else text_of(start)
            raise Unreadable(f"its driver cannot read a value behind {at}: {error}. Select that column as text in a `query`.") from error

    def _oddity(self, found: Sequence[Any], behind: Sequence[Any] | None, high: Any) -> tuple[str, bool]:
        """What is wrong with a row, with AT for where it stands, and whether it is read. Raises Unordered where no row can be."""
        kind, column = kind_of(found[0]), self._plan.watermark
        if kind is None:
            return f"has rows whose {column} is neither a number nor a time, such as {AT}. They are not read; correct it there.", False
        if high is not None and kind != kind_of(high):
            return (
                f"has rows whose {column} is not a {kind_of(high)} like others, such as {AT}. They are not read; correct it there.",
                False,
            )
        if kind == TEXT or high is None:  # of other kinds one value is like another
            self._plan.look_back.check(found[0])
        return (SAME_KEY if found == behind else ""), True

    def _trouble(self, sentence: str) -> Trouble:
        return Trouble(self.stream, f"{self._name} {sentence}")


def _emptiness(order: Sequence[str], count: int) -> Iterator[str]:
    if count:
        number = f"at least {count:,}" if count == sql.COUNTED else f"{count:,}"
        yield f"has {number} rows with nothing in {' or '.join(order)}. They cannot be put in order, so they are not read; fill it there."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(name[:80] for name in names[:SHOWN]) + more


def _shown(values: Sequence[Any] | None) -> str:
    return ", ".join(text_of(value)[:80] for value in values or ())
