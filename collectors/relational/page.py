"""The questions a table is asked, in SQL that every dialect of SQLAlchemy can say: its columns, its newest watermark, its next page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, column, func, literal_column, or_, select, table, text
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.types import NullType

PARAMETER = re.compile(r"(?<![:\w\\]):(\w)")  # what `text` would take for a parameter
COUNTED = 1000  # rows without a watermark that are counted; there may be millions
ALL: ColumnElement[Any] = literal_column("*")


def place_of(name: str | None, query: str | None) -> FromClause:
    """What rows are selected from: the table `schema.name`, or a query."""
    if name:
        schema, _, own = name.rpartition(".")
        return table(own, schema=schema or None)
    escaped = PARAMETER.sub(r"\\:\1", (query or "").strip().rstrip(";"))
    return text(escaped).columns().subquery("source_rows")


def no_rows(place: FromClause) -> Select[Any]:
    """For the names of the columns."""
    return select(ALL).select_from(place).where(literal_column("1") == literal_column("0"))


def newest(place: FromClause, watermark: str) -> Select[Any]:
    """The last watermark there is. Not by `max`, which some types lack; the rows themselves are ordered by it as well."""
    found: ColumnElement[Any] = column(watermark)
    return select(found).select_from(place).where(found.is_not(None)).order_by(found.desc()).limit(1)


def without(place: FromClause, names: Sequence[str]) -> Select[Any]:
    """How many rows have nothing in one of these columns, at most COUNTED."""
    empty = or_(*(column(name).is_(None) for name in names))
    found = select(literal_column("1").label("one")).select_from(place).where(empty).limit(COUNTED).subquery("found")
    return select(func.count()).select_from(found)


def page(place: FromClause, order: Sequence[str], start: Any, behind: Sequence[Any] | None, size: int) -> Select[Any]:
    """The next rows in `order` (the watermark, then the key): from the watermark `start` on, or `behind` the row with these values.

    Tuples are compared column by column, since not every dialect can compare them whole. What follows from the rest is said as well
    (the watermark is not below that of the last row): it is what an index on the watermark is used by.
    """
    columns: list[ColumnElement[Any]] = [column(name) for name in order]
    conditions = [each.is_not(None) for each in columns]
    if behind is not None:
        conditions += [columns[0] >= _given(behind[0]), _behind(columns, behind)]
    elif start is not None:
        conditions.append(columns[0] >= _given(start))
    return select(ALL).select_from(place).where(and_(*conditions)).order_by(*columns).limit(size)


def _behind(columns: Sequence[Any], behind: Sequence[Any]) -> Any:
    steps = []
    for i, each in enumerate(columns):
        same = [before == _given(value) for before, value in zip(columns[:i], behind[:i], strict=True)]
        steps.append(and_(*same, each > _given(behind[i])))
    return or_(*steps)


def _given(value: Any) -> Any:
    """A value as its driver gave it. Without a type, so that nothing is cast: it may belong to a type SQLAlchemy does not know."""
    return bindparam(None, value, type_=NullType(), unique=True)
