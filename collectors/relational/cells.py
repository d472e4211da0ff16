"""The cells of a row as JSON, faithfully: decimals and ids keep their digits, times their zone, bytes become hex digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from collectors.paths import NoPath, lookup_in, steps_of

LONGEST_CELL = 1 << 20  # characters; what is longer is a document, and only its beginning is kept
INT64 = 2**63
TOO_DEEP = "(nested too deeply to be kept)"
SPELT_OUT = 60  # decimals with so many zeros before or behind their digits are written without an exponent


def row_as_json(columns: Sequence[str], values: Sequence[Any]) -> bytes:
    """The payload of a record that holds a row: an object of its columns."""
    if float not in map(type, values):  # NaN would become null
        try:
            quick = orjson.dumps(dict(zip(columns, values, strict=True)), default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
        except TypeError:  # whole numbers beyond 64 bits, texts that are none
            quick = b""
        if 0 < len(quick) <= LONGEST_CELL:
            return quick
    return orjson.dumps(dict(zip(columns, map(_writable, values), strict=True)))


def plain(value: Any) -> Any:
    """A value as JSON says it. No number goes through a float that was none."""
    if value is None or value.__class__ is bool:
        return value
    if value.__class__ is str:
        return _cut(_whole(value))
    if value.__class__ is int:
        return value if -INT64 <= value < INT64 else str(value)
    if value.__class__ is float:
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):  # they are in another order after a restart
        return sorted(map(plain, value), key=repr)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(each) for key, each in value.items()}
    return _cut(text_of(value))


def text_of(value: Any) -> str:
    """A value as text: the same for the same value, today and after a restart."""
    if value.__class__ is str:
        return _whole(value)
    if value.__class__ is int:
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else _in_utc(value)
    if isinstance(value, Decimal):
        is_short = value.is_finite() and abs(value.adjusted()) < SPELT_OUT
        return format(value, "f") if is_short else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, timedelta):
        return f"PT{Decimal(value // timedelta(microseconds=1)).scaleb(-6):f}S"
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return orjson.dumps(_writable(value)).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _whole(text: str) -> str:
    """A text that can be written: half a character becomes its number."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _in_utc(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:  # in the first or last hours that there are
        return value.isoformat()


def _writable(value: Any) -> Any:
    """A value as JSON says it, unless it is nested deeper than can be written."""
    try:
        found = plain(value)
        orjson.dumps(found)
    except (TypeError, RecursionError):
        return TOO_DEEP
    return found


def position_of(key: Sequence[Any], version: Any = None) -> str:
    """How a row is known: its key, `A/B` where that has several columns, and behind an @ its version, where the source has such."""
    parts = [text_of(value) for value in key]
    if version is None:
        return parts[0] if len(parts) == 1 else "/".join(map(_escaped, parts))
    return f"{'/'.join(map(_escaped, parts))}@{_escaped(text_of(version))}"


def lookup_of(row: dict[str, Any]) -> Callable[[str], Any]:
    """What a mapping asks: a column, whatever its capitals; or a path that begins with one, into the JSON it holds: `PAYLOAD.order.id`."""
    names = folded(tuple(row))

    def find(name: str) -> Any:
        column = named(name, row, names)
        if column is not None:
            return row[column]
        try:
            first = steps_of(name)[0]
        except NoPath:
            return None
        column = named(first, row, names) if isinstance(first, str) else None
        return None if column is None else lookup_in({first: _parsed(row[column])})(name)

    return find


def has_column(name: str, columns: tuple[str, ...]) -> bool:
    """Whether `name` is a column, or a path into one."""
    return named(name, columns, folded(columns)) is not None or is_inside(name, columns)


def is_inside(name: str, columns: Sequence[str]) -> bool:
    """Whether `name` is a path into one of the columns."""
    try:
        first = steps_of(name)[0]
    except NoPath:
        return False
    return isinstance(first, str) and first != name and named(first, columns, folded(tuple(columns))) is not None


@lru_cache(maxsize=256)
def folded(columns: tuple[str, ...]) -> dict[str, str]:
    """Column names by what they are without capitals; those that only capitals tell apart are not among them."""
    found: dict[str, str] = {}
    double = set()
    for column in columns:
        double |= {column.casefold()} & found.keys()
        found[column.casefold()] = column
    return {key: column for key, column in found.items() if key not in double}


def named(name: str, columns: Iterable[str], names: Mapping[str, str]) -> str | None:
    """The column that is meant by `name`; `names` are those of `folded`."""
    return name if name in columns else names.get(name.casefold())


def _parsed(cell: Any) -> Any:
    if cell.__class__ is not str:
        return cell
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}… (cut; it has {len(text):,} characters)"


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("/", "\\/").replace("@", "\\@")
