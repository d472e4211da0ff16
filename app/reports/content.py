"""What a weekly report says: plain values, each number with what it opens, the same for every form and written to JSON and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from hashlib import sha256
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

FORMAT = 1  # of the JSON
SHARE, COUNT, SECONDS, MONEY = "share", "count", "seconds", "money"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, None where nobody can say it, and the address below the prefix of what it counts."""

    value: float | int | None
    unit: str = COUNT
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One week of a trend."""

    week: str
    value: float | None
    observed: float | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What broke a promise: `share` of its bad cases, and what it would have attained `without` them; where: at one site, or mostly so."""

    promise: str
    words: str
    where: str
    cases: Figure
    share: Figure
    without: Figure


@dataclass(frozen=True, slots=True)
class Promise:
    """How an objective was kept in the week; `is_kept` is None where nobody can say. `restated`: the week before as it is known now,
    `published`: as its report said."""

    name: str
    title: str
    limits: str
    metric: str
    target: float
    is_kept: bool | None
    attained: Figure
    observed: Figure
    good: Figure
    bad: Figure
    open: Figure
    unjudged: Figure
    clock_faults: Figure
    adjusted: Figure | None
    excluded: int
    restated: Figure
    published: Figure | None
    trend: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Supplier:
    """The answers of one partner, against what is promised of all of them."""

    name: str
    title: str
    attained: Figure
    good: Figure
    bad: Figure
    open: Figure
    p50: Figure
    before: Figure


@dataclass(frozen=True, slots=True)
class Stock:
    """How far two systems agree on the stock of a site; gross shares never net what differs."""

    site: str
    title: str
    attained: Figure
    good: Figure
    bad: Figure
    gross_quantity: Figure
    gross_value: Figure
    before: Figure


@dataclass(frozen=True, slots=True)
class Recovered:
    """What failed so that somebody or a rule had to act, and how long it took; by weeks the hours to recover."""

    failed: Figure
    acted: Figure
    open: Figure
    to_recover: Figure
    to_detect: Figure
    failed_before: Figure
    to_recover_before: Figure
    trend: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """A sum in one currency; empty: nobody said which."""

    currency: str
    value: float


@dataclass(frozen=True, slots=True)
class Due:
    """Open orders that are needed by the same time: past, in a week, later, or nobody says."""

    when: str
    orders: Figure
    worths: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """An open order that something holds up."""

    order: str
    kind: str
    site: str
    customer: str
    need_time: str | None
    worth: Worth | None
    holds: str
    link: str


@dataclass(frozen=True, slots=True)
class Risks:
    """Those orders by when they are needed, and the most valuable one by one. `counted`: how many of `orders` the sums are of."""

    orders: Figure
    counted: int
    dues: tuple[Due, ...]
    most: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """Money that failures cost, where there are rates for it."""

    currency: str
    total: Figure
    manual: Figure
    expedite: Figure
    line_stops: Figure
    before: Figure
    trend: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A definition that is another one than in the report before; None: it was not there, or is not any more."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """The whole report. `state`: kept, missed or no_data; `compared`: the week whose report definitions are compared with."""

    week: str
    days: str
    site: str | None
    place: str
    zone: str
    from_time: str
    to_time: str
    as_of_time: str
    known_time: str
    state: str
    verdict: str
    because: str
    headline: str | None  # the name of the promise that the verdict is about
    kept: Figure
    decided: Figure
    transactions: Figure
    not_well: Figure
    not_well_before: Figure
    observed: Figure
    promises: tuple[Promise, ...]
    causes: tuple[Cause, ...]
    suppliers: tuple[Supplier, ...]
    suppliers_goal: float | None
    stock: tuple[Stock, ...]
    recovered: Recovered
    risks: Risks
    cost: Cost | None
    compared: str | None
    changes: tuple[Change, ...]
    fingerprint: str
    audit: str | None = field(default=None, compare=False)  # the newest entry when it was published, `42:9f86…`; no part of what is said

    @property
    def file(self) -> str:
        """What its files are called, without their ending."""
        return f"syncline-report-{self.week}{f'-{self.site}' if self.site else ''}"

    @property
    def is_whole(self) -> bool:
        """Whether the week was over."""
        return self.as_of_time >= self.to_time


def written(content: Content) -> bytes:
    """The content as JSON, the same bytes for the same content."""
    return orjson.dumps({"format": FORMAT, **asdict(content)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read(text: bytes) -> Content:
    """The content that was written so."""
    found = orjson.loads(text)
    made: Content = _made(Content, found)
    return made


def hash_of(content: Content) -> str:
    """Of what it says."""
    return sha256(written(content)).hexdigest()


def numbers(content: Content) -> Iterator[tuple[str, float | int | None]]:
    """Every number in it with where it stands: `promises stock-posting-lag attained`; what a later one is compared by."""
    yield from _numbers("", content)


def _numbers(place: str, value: Any) -> Iterator[tuple[str, float | int | None]]:
    if isinstance(value, Figure):
        yield place, value.value
    elif isinstance(value, tuple):
        for number, each in enumerate(value, 1):
            yield from _numbers(f"{place} {_named(each) or number}", each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _numbers(f"{place} {field.name}".strip(), getattr(value, field.name))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place, value


def _named(value: Any) -> str:
    """By what one of several is told from the others: never by its place, which another may take."""
    if isinstance(value, Cause):
        return f"{value.promise}: {value.words}"
    if isinstance(value, Risk):
        return f"{value.kind} {value.order}"
    return next((str(getattr(value, name)) for name in ("name", "site", "week", "when", "currency") if getattr(value, name, None)), "")


def _made(kind: Any, value: Any) -> Any:
    """A dataclass, a tuple or a plain value of what JSON says."""
    if value is None:
        return None
    if get_origin(kind) is UnionType:
        return _made(next(each for each in get_args(kind) if each is not type(None)), value)
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], each) for each in value)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        made: Any = kind
        return made(**{each.name: _made(hints[each.name], value.get(each.name)) for each in fields(kind)})
    return value
