"""Small random plants that live on the boundaries, as hypothesis strategies.

A plant is drawn from few words on purpose: two ids of a type, a handful of instants, three systems. So equal times, shared keys,
deadlines met to the nanosecond and messages that name the same thing happen all the time instead of never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from hypothesis import strategies as st

from collectors.event import Event
from metrics.calendars import Calendar, Closed, Exclusion, Extra, Holidays, Shift
from metrics.catalog import CATALOG, Metric
from metrics.workflows import Definitions, Feed, Milestone, Partner, Site, Workflow
from tests import oracle
from tests.belonging_oracle import Span
from tests.oracle import World
from tests.working_time_oracle import SECOND
from tests.written import Batch, id_hash

MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
FAR = int(datetime(2028, 1, 1, tzinfo=UTC).timestamp()) * SECOND
RECORDED = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()) * SECOND


def utc(text: str) -> int:
    """ns since 1970 of `2026-03-27 15:00`, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


# The week begins quietly, an hour before closing, an hour before the clocks change, or while they do.
STARTS = [
    utc(t) for t in ("2026-03-23 06:59", "2026-03-27 15:00", "2026-03-29 00:30", "2026-03-06 21:30", "2026-10-23 14:30", "2026-10-25 00:30")
]
OFFSETS = [0, 0, MINUTE, MINUTE, 2 * MINUTE, 5 * MINUTE, 6 * MINUTE, 15 * MINUTE, 16 * MINUTE, HOUR, 9 * HOUR, DAY, DAY + MINUTE, 3 * DAY]
NUDGES = [0, 0, 0, 0, 0, -1, 1, SECOND, -1_000_000]

CALENDARS = (
    Calendar("default"),
    Calendar("early", (6, 0, 1, 2, 3), time(6), time(14, 30)),
    Calendar("night", (0, 2, 4, 5, 6), time(0), time(4)),
)
# Shifts that overlap, that end on the next day, on days that differ; days without work, and work on days that would have none.
SHIFTS = (
    Shift((0, 1, 2, 3), time(6), time(14)),
    Shift((0, 1, 2, 3, 4), time(13, 30), time(22)),
    Shift((2, 6), time(22), time(6)),
)
ROUND_THE_CLOCK = (Shift((0, 1, 2, 3, 4, 5, 6), time(6), time(6)),)
CLOSED = (Closed(date(2026, 3, 24), date(2026, 3, 27)), Closed(date(2026, 10, 26), date(2026, 11, 20)))
EXTRA = (
    Extra(date(2026, 3, 26), time(22), time(2)),
    Extra(date(2026, 3, 29), time(1, 30), time(3, 30)),
    Extra(date(2026, 10, 25), time(1), time(3)),
)
CALENDAR_SETS = (
    CALENDARS,
    CALENDARS,
    (Calendar("default", shifts=SHIFTS), Calendar("early", shifts=ROUND_THE_CLOCK), Calendar("night", (0, 2, 4), time(22), time(4))),
    (
        Calendar("default", closed=CLOSED, extra=EXTRA),
        Calendar("early", shifts=SHIFTS, closed=CLOSED, extra=EXTRA, agreed_day_seconds=8 * 3600),
        Calendar("night", (5, 6), time(20), time(4), extra=EXTRA),
    ),
    (
        Calendar("default", holidays=Holidays("GR"), closed=CLOSED[1:], extra=EXTRA),
        Calendar("early", shifts=SHIFTS, holidays=Holidays("TR", half_days_end=time(13))),
        Calendar("night", (0, 1, 2), time(22), time(4), holidays=Holidays("AT")),
    ),
)
PARTNERS = (Partner("20017", "Asia/Tokyo", "early"), Partner("20018", "America/New_York", "night"))
EXCLUSIONS: list[tuple[Exclusion, ...]] = [
    (),
    (Exclusion(utc("2026-03-27 15:00"), utc("2026-03-27 15:06"), "upgrade", "Ortiz", sites=("north", "south")),),
    (
        Exclusion(utc("2026-03-01 00:00"), utc("2026-03-29 01:00"), "upgrade", "Ortiz", metrics=("one_lag", "first_pass_yield")),
        Exclusion(utc("2026-03-23 06:59"), utc("2026-10-24 00:00"), "strike", "Ortiz", workflows=("two",), partners=("20017", "20018")),
    ),
]
SITES = (
    Site("north", "Europe/Berlin"),
    Site("south", "America/New_York", "early"),
    Site("east", "Asia/Kolkata", "night"),
    Site("hub", "Europe/Lisbon", "night"),
)
COMPLETE = tuple(Feed(name, is_complete=True) for name in ("traces", "logs", "rows"))
FEEDS = [
    COMPLETE,
    COMPLETE,
    COMPLETE,
    (Feed("traces"), *COMPLETE[1:]),
    (Feed("traces", allowed_lateness_seconds=60), Feed("logs"), COMPLETE[2]),
]


OBJECT_TYPES = ("order", "order", "sales", "asn")
KINDS = [(e, s) for e in ("order.released", "goods.received", "receipt.posted") for s in ("erp", "wms")] + [
    ("asn.received", "mes"),
    ("asn.received", "supplier"),
]
STRAY = ("machine.down", "iiot")  # of no milestone, yet what it names together is linked
DEADLINES = [
    {"open_ended": "it takes what it takes"},
    *[{"within": "60s"}, {"within": "5m"}] * 2,
    {"within": "1d"},
    {"within": "1h", "working": True},
    {"within": "9h", "working": True},
    {"within": "1d", "working": True},
    {"within": "2d", "working": True},
    {"within": "5m", "by": "promised_time"},
    {"within": "1d", "working": True, "by": "due_time"},
    {"by": "promised_time", "open_ended": "nobody said"},
]

O1, O2, S1, S2, S3, A1, A2 = (
    ("order", "O1"),
    ("order", "O2"),
    ("sales", "S1"),
    ("sales", "S2"),
    ("sales", "S3"),
    ("asn", "A1"),
    ("asn", "A2"),
)
PLAIN = [(O1,), (O1,), (S1,), (O1, S1), (O2, S1), (A1,)]
NAMES = [
    *PLAIN,
    *[(), ()],
    *[(O1, S1, A1), (O1, A1), (O2,), (O2, A2), (O1, O2), (O1, O2, A1), (O1, S2)],
    *[(S2,), (S3,), (S1, S2), (S2, S3), (("batch", "B1"),)],
]
OK: dict = {}
TRANSIENT = {"is_error": True, "error_class": "transient"}
OUTCOMES = [
    *[OK, TRANSIENT, TRANSIENT],
    {"dead_letter": True},
    {**TRANSIENT, "dead_letter": True},
    {"is_error": True, "error_class": "business"},
    {"is_error": True, "error_class": "unknown"},
    {"is_error": True, "error_class": "unknown", "error_code": "idoc:68"},
    {"is_error": True, "error_class": "unknown", "error_code": "syncline:closed"},
    {"is_error": True, "error_class": "unknown", "error_code": "syncline:reopened"},
]
GOODS: list[dict] = [
    {},
    *[{"quantity": text} for text in ("0.1", "0.2", "5", "-1", "0.000001")],
    *[{"ordered_quantity": text} for text in ("0.3", "5", "0")],
    *[{"quantity": "0.1", "ordered_quantity": "0.2"}, {"quantity": "3", "ordered_quantity": "5"}],
]
PLACES = [None, "north", "south", "east", "hub", "elsewhere"]
TRACES = ["a" * 32, "a" * 32, "b" * 32]


@st.composite
def workflows(draw: st.DrawFn, name: str) -> Workflow:
    """One to five steps: chains and forks, optional ones, with every kind of deadline."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6, unique=True))
    cancel = (kinds.pop(),) if draw(st.sampled_from([False, False, True])) else ()
    object_type = draw(st.sampled_from(OBJECT_TYPES))
    related = draw(st.sets(st.sampled_from([t for t in OBJECT_TYPES if t != object_type])))
    milestones: list[Milestone] = []
    for event, system in kinds:
        milestones.append(draw(a_milestone(event, system, [m.name for m in milestones])))
    return Workflow(
        name,
        name.title(),
        object_type,
        tuple(milestones),
        tuple(sorted(related)),
        cancel,
        retry_grace_seconds=draw(st.sampled_from([60, 900])),
    )


@st.composite
def a_milestone(draw: st.DrawFn, event: str, system: str, earlier: list[str]) -> Milestone:
    after = draw(st.sampled_from([*earlier[-1:], *earlier, None] if earlier else [None]))
    deadline = draw(st.sampled_from(DEADLINES)) if after else {}
    until = draw(st.sampled_from([None, None, None, "ordered_quantity"]))
    return Milestone(f"{event}@{system}", event, system, after, draw(st.sampled_from([True, True, True, False])), until=until, **deadline)


@st.composite
def definitions(draw: st.DrawFn) -> Definitions:
    chosen = [draw(workflows(name)) for name in draw(st.sampled_from([("one",), ("one", "two", "three"), ("one", "two", "three", "four")]))]
    alias_types = draw(st.sampled_from([frozenset(), frozenset({"sales"}), frozenset({"order"}), frozenset({"order", "sales"})]))
    return Definitions(
        tuple(chosen),
        SITES,
        draw(st.sampled_from(CALENDAR_SETS)),
        draw(st.sampled_from(["Europe/Berlin", "America/New_York"])),
        draw(st.sampled_from(FEEDS)),
        alias_types,
        (*(draw(metrics(workflow)) for workflow in chosen), RECOVERY),
        PARTNERS,
        draw(st.sampled_from(EXCLUSIONS)),
    )


RECOVERY = next(metric for metric in CATALOG if metric.name == "time_to_recover")


@st.composite
def metrics(draw: st.DrawFn, workflow: Workflow) -> Metric:
    """From any milestone of the workflow to any, the same one too."""
    start, end = (draw(st.sampled_from(workflow.milestones)).name for _ in range(2))
    target, working = draw(st.sampled_from([("60s", False), ("5m", False), ("1d", False), ("1h", True), ("1d", True), ("2d", True)]))
    return Metric(
        f"{workflow.name}_lag", "", "", "s", 0.9, "", target=target, workflow=workflow.name, start=start, end=end, working=working
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What is common to an event and its span: where it is in its trace and which message it was."""

    trace_id: str
    parent: int | None
    links: tuple[tuple[str, int], ...]
    message_id: str | None
    conversation_id: str | None

    def span_id(self, number: int) -> str:
        return f"{self.trace_id}{number:016x}"

    def span(self, number: int, recorded_ns: int, end_ns: int, **more) -> Span:
        parent = None if self.parent is None else self.span_id(self.parent)
        links = tuple(f"{trace}{linked:016x}" for trace, linked in self.links)
        return Span(
            self.span_id(number),
            recorded_ns,
            end_ns,
            parent,
            message_id=self.message_id,
            conversation_id=self.conversation_id,
            links=links,
            **more,
        )


SAID = st.builds(
    Said,
    st.sampled_from(TRACES),
    st.sampled_from([None, None, 0, 1, 2, 3, 8, 30, 99]),
    st.sampled_from([(), (), (), (("a" * 32, 0),), (("a" * 32, 2), ("b" * 32, 1)), (("a" * 32, 30), ("a" * 32, 98))]),
    st.sampled_from([None, None, "m1", "m2"]),
    st.sampled_from([None, None, None, "c1"]),
)


@dataclass(frozen=True, slots=True)
class Talk:
    """What this plant talks about: a choice of everything, so that some plants are all errors, some all promises, and some say little."""

    start: int
    kinds: list[tuple[str, str]]
    names: list[tuple]
    outcomes: list[dict]
    goods: list[dict]
    offsets: list[int]
    places: list[str | None]
    keys: list[str | None]


@st.composite
def talks(draw: st.DrawFn, told: Definitions) -> Talk:
    kinds = [k for w in told.workflows for k in [*((m.event, m.system) for m in w.milestones), *w.cancel]]

    def some(of: list, at_most: int = 4) -> list:
        return draw(st.lists(st.sampled_from(of), min_size=1, max_size=at_most))

    return Talk(
        draw(st.sampled_from(STARTS)), kinds * 3 + [STRAY], some(PLAIN) + some(NAMES, 6), [OK, OK, OK, *some(OUTCOMES)], [{}, *some(GOODS)],
        [0, MINUTE, 6 * MINUTE, HOUR, *some(OFFSETS, 6)], some(PLACES), [None, *some([None, "K1", "K2"])],
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Definitions, and up to twenty events that are about them, as spans, log records and rows, with some more spans."""
    told = draw(definitions())
    talk = draw(talks(told))
    events: list[Event] = []
    spans: list[Span] = []
    for number in range(draw(st.sampled_from([4, 1, 2, 7, 10, 14, 20]))):
        said = draw(SAID)
        event = draw(an_event(number, talk, said))
        events.append(event)
        if event.source == "traces":
            spans.append(
                said.span(number, event.recorded_ns, event.event_ns, objects=event.objects, is_error=event.is_error, is_event=True)
            )
    for number in draw(st.sampled_from([(), (30,), (8, 30, 31)])):
        free = number + 100 * (number < len(events))
        names, ended = draw(st.sampled_from(NAMES)), draw(instants(talk))
        spans.append(draw(SAID).span(free, draw(TOLD), ended, objects=names, is_error=draw(st.booleans())))
    return World(told, tuple(events), tuple(spans))


TOLD = st.sampled_from([RECORDED, RECORDED + HOUR, RECORDED + 2 * HOUR])


def instants(talk: Talk) -> st.SearchStrategy[int]:
    return st.builds(lambda offset, nudge: talk.start + offset + nudge, st.sampled_from(talk.offsets), st.sampled_from(NUDGES))


@st.composite
def an_event(draw: st.DrawFn, number: int, talk: Talk, said: Said) -> Event:
    source = draw(st.sampled_from(["traces", "traces", "logs", "rows"]))
    event_type, system = draw(st.sampled_from(talk.kinds))
    event_id = said.span_id(number) if source == "traces" else f"{source}:{number + 5}"
    span_id = span_of(source, number, said)
    wished = draw(st.sampled_from([None, None, None, "promised_ns", "due_ns"]))
    wishes = {wished: draw(instants(talk)) + draw(st.sampled_from([0, MINUTE, DAY]))} if wished else {}
    return Event(
        event_id=event_id, identity=event_id, id_hash=id_hash(event_id), source=source, position=str(number + 5), recorded_ns=draw(TOLD),
        event_ns=draw(instants(talk)), event_type=event_type, system=system, site=draw(st.sampled_from(talk.places)),
        attempt=draw(st.sampled_from([1, 1, 2])), idempotency_key=draw(st.sampled_from(talk.keys)),
        objects=draw(st.sampled_from(talk.names)), partner=draw(st.sampled_from([None, None, None, "20017", "20018", "20019"])),
        trace_id=span_id and span_id[:32], span_id=span_id, message_id=said.message_id, conversation_id=said.conversation_id,
        **draw(st.sampled_from(talk.outcomes)), **draw(st.sampled_from(talk.goods)), **wishes,
    )  # fmt: skip


def span_of(source: str, number: int, said: Said) -> str | None:
    """The span an event was, or the one its log record belongs to; a row has none."""
    if source == "traces":
        return said.span_id(number)
    return said.span_id(said.parent) if source == "logs" and said.parent is not None else None


# -- moments worth asking about ----------------------------------------------------------------------------------------


def moments(world: World) -> st.SearchStrategy[tuple[int, int]]:
    """(as_of, known_at): at, just before and just after every instant at which an answer may change."""
    changes = {e.event_ns for e in world.events} | {e.promised_ns for e in world.events if e.promised_ns}
    for workflow in world.definitions.workflows:
        changes |= {e.event_ns + workflow.retry_grace_seconds * SECOND for e in world.events if e.is_error}
    changes |= {row["due_time"] for row in oracle.judge(world, FAR, FAR).expectations if row["due_time"]}
    as_of = [*sorted({t + nudge for t in changes for nudge in (-1, 0, 1)}), FAR]
    known = [FAR, FAR, RECORDED - 1, RECORDED, RECORDED + HOUR, RECORDED + 2 * HOUR - 1, RECORDED + 2 * HOUR]
    return st.tuples(st.sampled_from(as_of), st.sampled_from(known))


@st.composite
def batches(draw: st.DrawFn, world: World) -> list[Batch]:
    """The world in up to five batches, in any order: a message may come before the span that names what it is about."""
    events, spans = draw(st.permutations(world.events)), draw(st.permutations(world.spans))
    count = draw(st.integers(1, 5))
    places = draw(st.lists(st.integers(0, count - 1), min_size=len(events), max_size=len(events)))
    mine = dict(zip((e.event_id for e in events), places, strict=True))
    beside = draw(st.lists(st.integers(0, count - 1), min_size=len(spans), max_size=len(spans)))
    of_span = [mine.get(s.span_id, place) for s, place in zip(spans, beside, strict=True)]  # a span and its event are one record
    return [
        Batch(
            tuple(e for e, p in zip(events, places, strict=True) if p == n), tuple(s for s, p in zip(spans, of_span, strict=True) if p == n)
        )
        for n in range(count)
    ]
