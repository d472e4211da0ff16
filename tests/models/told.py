"""Events told as a text table, and what must be concluded from them, so that a test of one rule fits on a screen.

Columns are separated by two or more blanks; a lone dot is an empty cell. Days are those of the week of Monday 2026-03-23, UTC:
`08:00` is Monday, `Sun 01:30` the Sunday on which Europe goes to summer time. Words in `outcome`: ok, a class of error, dead.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import yaml

from collectors.event import Event
from metrics.calendars import Calendar
from metrics.workflows import Definitions, Feed, Partner, Site, Workflow, parse
from tests import plants, written
from tests.belonging_oracle import Span
from tests.models.agreement import agree, is_soak, store_of
from tests.oracle import World
from tests.working_time_oracle import SECOND

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LATER = plants.FAR
LONG_AGO = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * SECOND
SITES = (
    Site("hamburg", "Europe/Berlin"),
    Site("boston", "America/New_York"),
    Site("haifa", "Asia/Jerusalem", "sunday"),
    Site("porto", "Europe/Lisbon", "night"),
)
CALENDARS = (
    Calendar("default"),
    Calendar("sunday", (6, 0, 1, 2, 3), time(7), time(15, 30)),
    Calendar("night", (0, 1, 2, 3, 4, 5, 6), time(0), time(6)),
)
FEEDS = tuple(Feed(name, is_complete=True) for name in ("traces", "rows"))


def workflow(text: str) -> Workflow:
    """One workflow of a pack, named `orders` unless it says otherwise."""
    found, problems = parse({"version": 1, "workflows": [{"name": "orders", "owner": "plant-it", **yaml.safe_load(text)}]})
    assert not problems, problems
    return found[0]


def concludes(
    definition: Workflow,
    told: str,
    expected: str,
    as_of: str = "Mon 12:00",
    known_at: str | None = None,
    export: str = "transactions",
    aliases: tuple[str, ...] = (),
    spans: str = "",
    feeds: tuple[Feed, ...] = FEEDS,
    calendars: tuple[Calendar, ...] = CALENDARS,
    partners: tuple[Partner, ...] = (),
    reads: tuple[tuple[str, str], ...] = (),
) -> None:
    """Fails unless the product, and the second implementation too, conclude the rows of `expected`; only its columns are compared.

    Told with the last event after a refresh of the others; in a soak all at once as well, which the random plants prove to be the same."""
    definitions = Definitions((definition,), SITES, calendars, "UTC", feeds, frozenset(aliases), partners=partners)
    world = World(
        definitions, tuple(events(told)), tuple(spans_of(spans)) + tuple(event_spans(told)), tuple((s, ns(at)) for s, at in reads)
    )
    moment = ns(as_of), LATER if known_at is None else ns(known_at)
    columns, rows = table(expected)
    last = {e.event_id for e in world.events[-1:]}
    before = written.Batch(world.events[:-1], tuple(s for s in world.spans if s.span_id not in last))
    after = written.Batch(world.events, world.spans)  # what is there already is left out
    for batches in ((before, after), (after,))[: 2 if is_soak() else 1]:
        found = agree(store_of(world, *batches), world, moment)
        assert [shown(row, columns) for row in answers(found, export)] == rows


def answers(found, export: str) -> list[dict]:
    return [{"failure": name} for name in found.unplaced] if export == "unplaced" else getattr(found, export)


def table(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """Its columns, and a row for every line below them."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    columns, *rows = lines if text.strip() else [[]]
    assert all(len(row) == len(columns) for row in rows), f"every line has {len(columns)} cells: {rows}"
    return columns, [dict(zip(columns, row, strict=True)) for row in rows]


# -- from words to events ----------------------------------------------------------------------------------------------


def events(told: str) -> list[Event]:
    return [event(number, row) for number, row in enumerate(table(told)[1], 1)]


TEXTS = {"key": "idempotency_key", "quantity": "quantity", "ordered": "ordered_quantity", "code": "error_code", "site": "site",
         "message": "message_id", "conversation": "conversation_id", "value": "value", "currency": "currency", "customer": "customer",
         "item": "item", "uom": "uom", "center": "work_center", "partner": "partner", "said": "error_text"}  # fmt: skip
TIMES = {"promised": "promised_ns", "wanted": "due_ns", "recorded": "recorded_ns"}


def event(number: int, row: dict[str, str]) -> Event:
    """`event` is `type@system`. With a `span` it was that span, else a row of a table, at its own number unless it says where."""
    stated = {name: value for name, value in row.items() if value != "."}
    event_type, _, system = stated["event"].partition("@")
    outcome, *put_aside = stated.get("outcome", "ok").split()
    span = span_id(stated.get("span"))
    position = stated.get("position", str(number))
    name = span or f"rows:{position}"
    usual = {"recorded_ns": LONG_AGO, "attempt": int(stated.get("attempt", "1"))}
    texts = {field: stated[column] for column, field in TEXTS.items() if column in stated}
    times = {field: ns(stated[column]) for column, field in TIMES.items() if column in stated}
    return Event(
        event_id=name, identity=name, id_hash=written.id_hash(name), source="traces" if span else "rows", position=position,
        event_ns=ns(stated["at"]), event_type=event_type, system=system, is_error=outcome != "ok", dead_letter=bool(put_aside),
        error_class=None if outcome == "ok" else outcome, objects=objects(stated.get("names", "")),
        span_id=span, trace_id=span and span[:32], **{**usual, **texts, **times},
    )  # fmt: skip


def objects(names: str) -> tuple[tuple[str, str], ...]:
    """`order A, sales S` → (("order", "A"), ("sales", "S"))."""
    return tuple((kind, name) for kind, _, name in (part.partition(" ") for part in names.split(", ") if part))


def event_spans(told: str) -> list[Span]:
    """The spans of those events that were spans."""
    rows = [row for row in table(told)[1] if row.get("span", ".") != "."]
    return [span(row, ns(row["at"]), is_event=True, is_error=row.get("outcome", "ok") not in ("ok", ".")) for row in rows]


def spans_of(told: str) -> list[Span]:
    """Spans that are no events; `outcome` error says status ERROR."""
    return [span(row, ns(row.get("at", "06:00")), is_error=row.get("outcome", ".") == "error") for row in table(told)[1]]


def span(row: dict[str, str], end_ns: int, **more: bool) -> Span:
    stated = {name: value for name, value in row.items() if value != "."}
    recorded_ns = ns(stated["recorded"]) if "recorded" in stated else LONG_AGO
    return Span(
        span_id(stated["span"]), recorded_ns, end_ns, parent_id=span_id(stated.get("parent")),
        message_id=stated.get("message"), conversation_id=stated.get("conversation"), objects=objects(stated.get("names", "")),
        links=tuple(span_id(name) for name in stated.get("links", "").split(", ") if name), **more,
    )  # fmt: skip


def span_id(name: str | None) -> str | None:
    """`x1` → a trace for the letter, a span for the number."""
    return name and name[0].encode().hex() * 16 + f"{int(name[1:]):016x}"


def ns(text: str) -> int:
    """`08:00`, `Tue 08:00:00.5`, or a date and a time, as ns since 1970."""
    day, _, clock = text.rpartition(" ")
    hours, minutes, rest = ([*clock.split(":"), "0"])[:3]
    whole, _, fraction = rest.partition(".")
    date = MONDAY + timedelta(days=DAYS.index(day or "Mon")) if day in ("", *DAYS) else datetime.fromisoformat(day).replace(tzinfo=UTC)
    at = date + timedelta(hours=int(hours), minutes=int(minutes), seconds=int(whole))
    return int(at.timestamp()) * SECOND + int(fraction.ljust(9, "0"))


# -- from rows to words ------------------------------------------------------------------------------------------------


def shown(row: dict, columns: list[str]) -> dict[str, str]:
    names = {"transaction": "transaction_id", "milestone": "failed_milestone" if "failed_milestone" in row else "milestone"}
    return {column: word(column, row[names.get(column, column)]) for column in columns}


def word(column: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {clock(at)}" for name, at in value.items()) or "."
    if isinstance(value, list):
        return ", ".join(value) or "."
    if value is None:
        return "."
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clock(value) if column.endswith("_time") else str(value)


def clock(at_ns: int) -> str:
    """Back to `08:00` or `Tue 08:00:00.5`."""
    at = MONDAY + timedelta(seconds=(at_ns - int(MONDAY.timestamp()) * SECOND) // SECOND)
    seconds = f"{at.second:02d}.{at_ns % SECOND:09d}".rstrip("0").rstrip(".")
    day = "" if at.date() == MONDAY.date() else DAYS[at.weekday()] + " " if (at - MONDAY).days in range(7) else f"{at.date()} "
    return f"{day}{at:%H:%M}" + (f":{seconds}" if seconds != "00" and seconds else "")
