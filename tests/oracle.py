"""The second implementation: sections 5 to 7 of the vocabulary as plain loops over lists, slow on purpose, to be checked by eye.

Whatever the product computes in SQL must equal this, on any events, as of any moment. Nothing here is shared with the product
but the types that travel (`Event`, `Definitions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from collectors.event import Event
from metrics.calendars import Calendar
from metrics.workflows import Definitions, Feed, Milestone, Workflow
from tests.belonging_oracle import Member, Object, Span, kind, name_objects, transactions_of, unplaced
from tests.working_time_oracle import SECOND, deadline

CLOCK_TOLERANCE_NS = 60 * SECOND  # section 6: reached more than 60 s before its cause is inconsistent


@dataclass(frozen=True, slots=True)
class World:
    """Everything that was ever recorded, and the definitions it is held against. A span that is an event is in both lists."""

    definitions: Definitions
    events: tuple[Event, ...] = ()
    spans: tuple[Span, ...] = ()
    reads: tuple[tuple[str, int], ...] = ()  # (source, when it was read to its end), told at that moment

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        """As hypothesis shows it: one line each, with only what is stated."""
        printer.text("\n".join(story(self)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What must be concluded as of one moment: rows as the exports of those names, instants in ns."""

    transactions: list[dict]
    failures: list[dict]
    expectations: list[dict]
    unplaced: list[str]  # ids of failures that no transaction can be asked about


@dataclass(slots=True)
class Step:
    """One milestone of one transaction."""

    milestone: Milestone
    errors: list[Event]  # failed attempts
    said: list[Event]  # the same, and what a person said here
    reached_ns: int | None
    opened_ns: int | None = None
    due_ns: int | None = None
    verdict: str = ""  # missing, unjudged, or nothing of the kind

    @property
    def name(self) -> str:
        return self.milestone.name

    @property
    def is_open(self) -> bool:
        return self.milestone.required and self.opened_ns is not None and self.reached_ns is None

    @property
    def is_late(self) -> bool:
        return self.reached_ns is not None and self.due_ns is not None and self.reached_ns > self.due_ns


@dataclass(slots=True)
class Course:
    """One transaction as of a moment: its members in order and its steps in workflow order."""

    workflow: Workflow
    transaction_id: str
    members: list[Member]
    site: str | None
    is_cancelled: bool
    steps: dict[str, Step] = field(default_factory=dict)


def judge(world: World, as_of_ns: int, known_ns: int) -> Judgement:
    """All rows as of `as_of_ns`, by what had been recorded up to `known_ns`."""
    spans, members, complete_to = known_world(world, as_of_ns, known_ns)
    courses = judged_courses(world, members, complete_to, as_of_ns)
    transactions = [transaction_row(course, as_of_ns) for course in courses]
    return Judgement(transactions, failure_rows(transactions), expectation_rows(courses), unplaced(members, spans, as_of_ns))


Mark = Callable[[str, str | None], int]  # (system, site) → up to when its feeds are known to be complete


def known_world(world: World, as_of_ns: int, known_ns: int) -> tuple[list[Span], list[Member], Mark]:
    """What had been recorded and had taken effect, and how far it can be relied on."""
    spans = [s for s in world.spans if s.recorded_ns <= known_ns]
    events = [e for e in world.events if e.event_ns <= as_of_ns and e.recorded_ns <= known_ns]
    reads = [(source, read_ns) for source, read_ns in world.reads if read_ns <= known_ns]
    return spans, name_objects(events, spans, world.definitions.alias_types), watermarks(events, reads, world.definitions.feeds, as_of_ns)


def judged_courses(world: World, members: list[Member], complete_to: Mark, as_of_ns: int) -> list[Course]:
    """Every transaction with the verdicts on its steps."""
    courses = [
        follow(workflow, transaction_id, found, world.definitions)
        for workflow in world.definitions.workflows
        for transaction_id, found in sorted(transactions_of(workflow, members).items())
    ]
    for course in courses:
        for step in course.steps.values():
            step.verdict = verdict(step, course, as_of_ns, complete_to)
    return courses


# -- section 6: the state of a transaction -----------------------------------------------------------------------------


def follow(workflow: Workflow, transaction_id: str, members: list[Member], definitions: Definitions) -> Course:
    members = sorted(members, key=lambda m: order(m.event))
    cancelled = any(kind(m.event) in workflow.cancel and not m.event.is_error for m in members)
    site = site_of((workflow.object, transaction_id), members)
    course = Course(workflow, transaction_id, members, site, cancelled)
    events = [m.event for m in members]
    for milestone in workflow.milestones:
        mine = [e for e in events if kind(e) == (milestone.event, milestone.system)]
        ok, errors = [e for e in mine if not e.is_error], [e for e in mine if e.is_error]
        reached = reached_ns(milestone, ok, last_stated(events, "ordered_quantity"))
        tried = [e for e in errors if not (e.error_code or "").startswith("syncline:")]
        course.steps[milestone.name] = Step(milestone, tried, errors, reached)
    for step in course.steps.values():
        expect(step, course, events, definitions)
    return course


def order(event: Event) -> tuple[int, int, str]:
    """What earliest and latest mean."""
    return event.event_ns, event.attempt, event.event_id


def site_of(transaction: Object, members: list[Member]) -> str | None:
    """That of the earliest member that names the transaction's object (not only a related one) and has a site."""
    for member in members:
        if transaction in member.objects and member.event.site:
            return member.event.site
    return None


def last_stated(events: list[Event], name: str):
    stated = [getattr(e, name) for e in events if getattr(e, name) is not None]
    return stated[-1] if stated else None


def reached_ns(milestone: Milestone, ok: list[Event], ordered: str | None) -> int | None:
    """The first ok event; until the ordered quantity: the one that completes it, a redelivery adding nothing."""
    if milestone.until is None or ordered is None:
        return ok[0].event_ns if ok else None
    total, seen = Decimal(0), set()
    for event in ok:
        if event.idempotency_key is None or event.idempotency_key not in seen:
            seen.add(event.idempotency_key)
            total += exactly(event.quantity)
        if total >= exactly(ordered):
            return event.event_ns
    return None


def exactly(quantity: str | None) -> Decimal:
    """0.1 and 0.2 are 0.3, which binary fractions cannot say; nothing stated counts 0."""
    return Decimal(quantity or "0")


def expect(step: Step, course: Course, events: list[Event], definitions: Definitions) -> None:
    """Opens the step's expectation when the one it comes after is reached, and finds out by when."""
    milestone = step.milestone
    step.opened_ns = course.steps[milestone.after].reached_ns if milestone.after else None
    if step.opened_ns is None or not milestone.required:
        return
    field_name = {"promised_time": "promised_ns", "due_time": "due_ns"}.get(milestone.by or "")
    step.due_ns = last_stated(events, field_name) if field_name else None
    if step.due_ns is None and milestone.within:
        step.due_ns = deadline(step.opened_ns, milestone, *working_week(course, milestone.system, definitions))


def verdict(step: Step, course: Course, as_of_ns: int, complete_to: Callable[[str, str | None], int]) -> str:
    """`missing` when its due time is past, or something that depends on it is reached; `unjudged` when its feed lags behind that."""
    if not step.milestone.required or step.reached_ns is not None or course.is_cancelled:
        return ""
    past = [step.due_ns] if step.due_ns is not None and step.due_ns < as_of_ns else []
    past += [s.reached_ns for s in course.steps.values() if s.reached_ns is not None and depends(s, step.name, course)]
    if not past:
        return ""
    return "missing" if min(past) <= complete_to(step.milestone.system, course.site) else "unjudged"


def watermarks(
    events: list[Event], reads: list[tuple[str, int]], feeds: tuple[Feed, ...], as_of_ns: int
) -> Callable[[str, str | None], int]:
    """Up to when what comes from a system at a site is known to be complete: by its newest event, or by reading its source to the end.

    Of several sources the slowest counts. For a site that nothing ever came from, what the system said without a site counts, else only
    its complete sources let anything be judged; for a system that never said anything, only complete sources all over.
    """
    marks: dict[tuple[str | None, str | None], list[int]] = {}
    for feed in feeds:
        mine = [e for e in events if e.source == feed.source]
        for place in {(e.system, e.site) for e in mine}:
            newest_ns = max(e.event_ns for e in mine if (e.system, e.site) == place)
            newest_ns = max([newest_ns, *(read_ns for source, read_ns in reads if source == feed.source)])
            lagging_ns = min(newest_ns - feed.allowed_lateness_seconds * SECOND, as_of_ns)
            marks.setdefault(place, []).append(as_of_ns if feed.is_complete else lagging_ns)
    nowhere = as_of_ns if feeds and all(feed.is_complete for feed in feeds) else -1
    complete = {feed.source: feed.is_complete for feed in feeds}

    def mark(system: str, site: str | None) -> int:
        if found := marks.get((system, site)) or marks.get((system, None)):
            return min(found)
        sources = {e.source for e in events if e.system == system and e.source in complete}
        return (as_of_ns if all(complete[source] for source in sources) else -1) if sources else nowhere

    return mark


def depends(step: Step, name: str, course: Course) -> bool:
    """Whether `step` comes after `name`, through any chain."""
    while step.milestone.after:
        if step.milestone.after == name:
            return True
        step = course.steps[step.milestone.after]
    return False


# -- deadlines ---------------------------------------------------------------------------------------------------------


def working_week(course: Course, system: str, definitions: Definitions) -> tuple[ZoneInfo, Calendar]:
    """Time zone and calendar of the site; the enterprise's for none or one nobody configured. What a supplier does counts in the
    supplier's, where the one last named has its own."""
    calendars = {c.name: c for c in definitions.calendars}
    partner = last_stated([m.event for m in course.members], "partner") if system == "supplier" else None
    keepers = [p for p in definitions.partners if p.name == partner] + [s for s in definitions.sites if s.name == course.site]
    if not keepers:
        return ZoneInfo(definitions.timezone), calendars["default"]
    return ZoneInfo(keepers[0].timezone), calendars[keepers[0].calendar]


# -- rows --------------------------------------------------------------------------------------------------------------


def transaction_row(course: Course, as_of_ns: int) -> dict:
    """One row of the `transactions` export."""
    steps, events = list(course.steps.values()), [m.event for m in course.members]
    failed = [s for s in steps if is_failed(s, course, as_of_ns)]
    state = state_of(course, failed)
    failed = failed if state == "failed" else []
    missing, unjudged = (sorted(s.name for s in steps if s.verdict == word) for word in ("missing", "unjudged"))
    late = sorted(s.name for s in steps if s.is_late)
    healed = [is_self_healed(s, course.workflow) for s in steps if errors_before(s)]
    row = {
        "workflow": course.workflow.name,
        "transaction_id": course.transaction_id,
        "site": course.site,
        "state": state,
        "status": "",
        "is_overdue": bool(missing),
        "is_late": bool(late),
        "is_retrying": state == "in_progress" and any(s.errors and s.reached_ns is None for s in steps),
        "is_self_healed": any(healed),
        "is_recovered": not all(healed),
        "is_inconsistent": any(is_backwards(s) for s in steps),
        "is_unjudged": bool(unjudged),
        "violations": [],
        "start_time": events[0].event_ns,
        "last_event_time": events[-1].event_ns,
        "reached": {s.name: s.reached_ns for s in steps if s.reached_ns is not None},
        "missing": missing,
        "unjudged": unjudged,
        "late": late,
        "next_due_time": min((s.due_ns for s in steps if is_awaited(s, course) and s.due_ns is not None), default=None),
        "failed_milestone": failed[0].name if failed else None,
        "error_class": failed[0].errors[-1].error_class if failed else None,
        "failed_attempts": sum(e.is_error for e in events),
    }
    return {**row, "status": status_of(row)}


def is_awaited(step: Step, course: Course) -> bool:
    return step.is_open and not course.is_cancelled


def is_failed(step: Step, course: Course, as_of_ns: int) -> bool:
    if not step.errors or step.reached_ns is not None or course.is_cancelled:
        return False
    latest = step.errors[-1]
    given_up = as_of_ns - latest.event_ns > course.workflow.retry_grace_seconds * SECOND
    return latest.error_class != "transient" or any(e.dead_letter for e in step.errors) or given_up


def state_of(course: Course, failed: list[Step]) -> str:
    if course.is_cancelled:
        return "cancelled"
    if any(is_abandoned(s) for s in course.steps.values()):
        return "abandoned"
    if failed:
        return "failed"
    done = all(s.reached_ns is not None for s in course.steps.values() if s.milestone.required)
    return "complete" if done else "in_progress"


def is_abandoned(step: Step) -> bool:
    """Closed by a person: the last thing said of it is an IDoc status that ends its processing for good, or that it was closed here."""
    return step.reached_ns is None and bool(step.said) and step.said[-1].error_code in ("idoc:31", "idoc:68", "syncline:closed")


def errors_before(step: Step) -> list[Event]:
    """The attempts that failed strictly before the step was reached."""
    return [e for e in step.errors if step.reached_ns is not None and e.event_ns < step.reached_ns]


def is_self_healed(step: Step, workflow: Workflow) -> bool:
    """All transient, none dead-lettered, and never longer than the grace until the next attempt: nobody had to act."""
    before = errors_before(step)
    times = [e.event_ns for e in before] + [step.reached_ns]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    harmless = all(e.error_class == "transient" and not e.dead_letter for e in before)
    return harmless and max(pauses) <= workflow.retry_grace_seconds * SECOND


def is_backwards(step: Step) -> bool:
    both = step.reached_ns is not None and step.opened_ns is not None
    return both and step.opened_ns - step.reached_ns > CLOCK_TOLERANCE_NS


def status_of(row: dict) -> str:
    """The one word on the screen."""
    words: list[tuple[str, Callable[[dict], bool]]] = [
        ("cancelled", lambda r: r["state"] == "cancelled"),
        ("abandoned", lambda r: r["state"] == "abandoned"),
        ("failed", lambda r: r["state"] == "failed"),
        ("inconsistent", lambda r: r["is_inconsistent"]),
        ("unjudged", lambda r: r["is_unjudged"]),
        ("overdue", lambda r: r["is_overdue"]),
        ("late", lambda r: r["is_late"]),
        ("retrying", lambda r: r["is_retrying"]),
    ]
    return next((word for word, applies in words if applies(row)), row["state"])


def failure_rows(transactions: list[dict]) -> list[dict]:
    """One row of the `failures` export per workflow, milestone and error class."""
    counted: dict[tuple, int] = {}
    for row in transactions:
        if row["state"] == "failed":
            signature = row["workflow"], row["failed_milestone"], row["error_class"]
            counted[signature] = counted.get(signature, 0) + 1
    return [{"workflow": w, "milestone": m, "error_class": c, "transactions": n} for (w, m, c), n in sorted(counted.items())]


def expectation_rows(courses: list[Course]) -> list[dict]:
    """One row per required step that should come and has not: open, or overtaken even where nothing ever opened it."""
    return [
        {
            "workflow": course.workflow.name,
            "transaction_id": course.transaction_id,
            "milestone": step.name,
            "system": step.milestone.system,
            "site": course.site,
            "opened_time": step.opened_ns,
            "due_time": step.due_ns,
            "state": step.verdict or "open",
        }
        for course in courses
        for step in course.steps.values()
        if is_awaited(step, course) or step.verdict
    ]


# -- for people --------------------------------------------------------------------------------------------------------


def story(world: World) -> list[str]:
    """The world as lines to read when something went wrong."""
    told = world.definitions
    lines = [f"aliases {sorted(told.alias_types)}, enterprise in {told.timezone}"]
    for w in told.workflows:
        lines.append(f"workflow {w.name}: {w.object}, related {w.related}, cancel {w.cancel}, grace {w.retry_grace_seconds} s")
        lines += [f"  {brief(m, 'event system')}" for m in w.milestones]
    lines += [f"event {brief(e, 'identity id_hash position')}" for e in world.events]
    return lines + [f"span  {brief(s, '')}" for s in world.spans]


USUAL = {"attempt": 1, "required": True}


def brief(thing: Event | Span | Milestone, leave_out: str) -> str:
    """What is stated in it: `name value, name value …`."""
    names = thing._fields if isinstance(thing, tuple) else thing.__slots__
    stated = {n: getattr(thing, n) for n in names if n not in leave_out.split()}
    return ", ".join(f"{n} {v}" for n, v in stated.items() if v is not None and v != USUAL.get(n, False) and v != ())
