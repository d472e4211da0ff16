"""The definitions that events are held against: workflows with their milestones, sites, calendars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metrics.calendars import Calendar, Exclusion
from metrics.impact_settings import Impact
from metrics.inventory_settings import Inventory
from metrics.keys import (
    Key,
    Place,
    Problem,
    choice,
    duration,
    duration_seconds,
    flag,
    list_of,
    name,
    nearest,
    read_keys,
    record_of,
    repeated,
    text,
    version,
)

if TYPE_CHECKING:
    from metrics.catalog import Metric
    from metrics.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Milestone:
    """One expected step: an event type at a system. Durations in whole seconds."""

    name: str
    event: str
    system: str
    after: str | None = None
    required: bool = True
    within: str | None = None  # as written: 5m, 2d
    working: bool = False  # `within` counts working time of the site; `d` is then one working day's length
    by: str | None = None  # promised_time or due_time: the deadline is the value last stated there
    until: str | None = None  # ordered_quantity
    open_ended: str | None = None  # why there is no deadline


@dataclass(frozen=True, slots=True)
class Workflow:
    """A definition: which milestones, in what order, by when, owned by whom."""

    name: str
    title: str
    object: str
    milestones: tuple[Milestone, ...]
    related: tuple[str, ...] = ()
    cancel: tuple[tuple[str, str], ...] = ()  # (event type, system)
    criticality: str = "important"
    owner: str | None = None
    retry_grace_seconds: int = 900


@dataclass(frozen=True, slots=True)
class Site:
    """A plant with its IANA time zone."""

    name: str
    timezone: str
    calendar: str = "default"


@dataclass(frozen=True, slots=True)
class Partner:
    """A supplier or carrier with a calendar of its own, under the name that `mfg.partner` says."""

    name: str
    timezone: str
    calendar: str = "default"
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a source's completeness: always complete, or its events may be late by so many seconds; and after how many seconds
    of working time without news it is silent (None: as its own gaps say)."""

    source: str
    is_complete: bool = False
    allowed_lateness_seconds: int = 300
    silent_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything a refresh needs to know besides events. `timezone` is the enterprise's, for what has no site."""

    workflows: tuple[Workflow, ...]
    sites: tuple[Site, ...]
    calendars: tuple[Calendar, ...]
    timezone: str
    feeds: tuple[Feed, ...] = ()
    alias_types: frozenset[str] = frozenset()  # object types whose ids, named together in one event, are one object
    metrics: tuple[Metric, ...] = ()
    partners: tuple[Partner, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    impact: Impact = Impact()
    inventory: Inventory = Inventory()
    rules: tuple[Rule, ...] = ()


def parse(data: Any, place: Place = ()) -> tuple[tuple[Workflow, ...], list[Problem]]:
    """The workflows of a pack (`version: 1`, `workflows: […]`) and everything that is wrong with it."""
    problems: list[Problem] = []
    found = read_keys(data, PACK, place, problems)
    names = (((*place, "workflows", number, "name"), entry["name"]) for number, entry in _entries(data, "workflows") if "name" in entry)
    return found["workflows"], problems + repeated(names, "a workflow called")


def _read_workflow(value: Any, place: Place, problems: list[Problem]) -> Workflow | None:
    read = record_of(WORKFLOW, _make_workflow)
    workflow = read(value, place, problems)
    problems += _milestone_problems(value, place)
    return workflow


def _make_workflow(*, retry_grace: int, title: str | None, **rest: Any) -> Workflow:
    return Workflow(title=title or rest["name"].replace("_", " ").capitalize(), retry_grace_seconds=retry_grace, **rest)


def _make_milestone(*, calendar: str | None, **rest: Any) -> Milestone:
    return Milestone(working=calendar == "working", **rest)


def _make_cancel(event: str, system: str) -> tuple[str, str]:
    return (event, system)


MILESTONE = (
    Key("name", name, "name", "What this step is called, unique in its workflow.", required=True),
    Key("event", text, "event type", "The event type that takes this step, such as order.released.", required=True),
    Key(
        "system",
        name,
        "system",
        "The system at which it happens: erp, scm, mes, qms, wms, tms, supplier, iiot, plm, fin, middleware.",
        required=True,
    ),
    Key("after", name, "milestone", "The earlier milestone that opens the expectation of this one."),
    Key("within", duration, "duration", "How long after `after` this step is due."),
    Key("calendar", choice(["working"]), "working", "Count `within` in the working time of the site; `d` is then one working day."),
    Key(
        "by",
        choice(["promised_time", "due_time"]),
        "field",
        "Due at the time last stated in this field; `within` holds until somebody states one.",
    ),
    Key("until", choice(["ordered_quantity"]), "field", "Reached only when the quantities of its events cover this field."),
    Key("required", flag, "true or false", "false: it may come, and nothing is missing when it does not.", default=True),
    Key("open_ended", text, "sentence", "Why a required step has no deadline."),
)
CANCEL = (
    Key("event", text, "event type", "The event type that cancels the transaction.", required=True),
    Key("system", name, "system", "The system at which it happens.", required=True),
)
WORKFLOW = (
    Key("name", name, "name", "What the workflow is called in exports and addresses, unique.", required=True),
    Key("title", text, "text", "What the workflow is called on the screen; made from the name when absent."),
    Key("object", name, "object type", "The type of object that one transaction is about, such as production_order.", required=True),
    Key(
        "related",
        list_of(name, "object types"),
        "list of object types",
        "Other object types through which events reach the transaction.",
        default=(),
    ),
    Key(
        "criticality",
        choice(["critical", "important", "routine"]),
        "word",
        "critical, important or routine: orders lists, changes no number.",
        default="important",
    ),
    Key("owner", text, "name", "Who acts when it fails; details under `owners`."),
    Key("retry_grace", duration_seconds, "duration", "How long a transient error may be retried before it counts as failed.", default=900),
    Key(
        "cancel",
        list_of(record_of(CANCEL, _make_cancel), "mappings with event and system"),
        "list",
        "Events that cancel the transaction.",
        default=(),
    ),
    Key("milestones", list_of(record_of(MILESTONE, _make_milestone), "milestones"), "list", "The steps, in order.", required=True),
)
PACK = (
    Key("version", version, "1", "The version of this format: write `version: 1`.", required=True),
    Key("workflows", list_of(_read_workflow, "workflows"), "list", "The workflows of the pack.", default=(), required=True),
)


def _milestone_problems(workflow: Any, place: Place) -> list[Problem]:
    """What is wrong between the milestones of one workflow, found also when single keys are wrong."""
    steps = [((*place, "milestones", number), step) for number, step in _entries(workflow, "milestones")]
    problems = repeated((((*at, "name"), step["name"]) for at, step in steps if "name" in step), "a milestone called")
    problems += _repeated_events(steps)
    problems += _related_problems(workflow, place)
    for number, (at, step) in enumerate(steps):
        earlier = [str(other.get("name")) for _, other in steps[:number]]
        problems += [Problem((*at, key), sentence) for key, sentence in _after_problems(step, earlier)]
        problems += [Problem((*at, key), sentence) for key, sentence in _deadline_problems(step)]
    if isinstance(workflow, dict) and workflow.get("milestones") == []:
        problems.append(Problem((*place, "milestones"), "is empty; a workflow needs at least one milestone."))
    return problems


def _repeated_events(steps: list[tuple[Place, dict[str, Any]]]) -> Iterator[Problem]:
    first: dict[tuple[Any, Any], dict[str, Any]] = {}
    for at, step in steps:
        event = (str(step.get("event")), str(step.get("system")))
        if first.setdefault(event, step) is not step:
            yield Problem(
                (*at, "event"),
                f"'{event[0]}' at '{event[1]}' is already the event of milestone '{first[event].get('name')}'; "
                "an event type at a system takes only one step of a workflow.",
            )


def _related_problems(workflow: Any, place: Place) -> Iterator[Problem]:
    related = workflow.get("related") if isinstance(workflow, dict) else None
    if isinstance(related, list) and workflow.get("object") in related:
        number = related.index(workflow["object"])
        yield Problem(
            (*place, "related", number), f"'{related[number]}' is the object of this workflow itself; `related` names only other types."
        )


def _after_problems(step: dict[str, Any], earlier: list[str]) -> Iterator[tuple[str, str]]:
    after = step.get("after")
    if after is not None and str(after) not in earlier:
        near = f" Did you mean '{close[0]}'?" if (close := nearest(after, earlier)) else ""
        known = f"Earlier milestones: {', '.join(earlier)}." if earlier else "The first milestone can have no `after`."
        yield "after", f"'{after}' is no earlier milestone of this workflow.{near} {known}"
    if after is None and (waits := [key for key in ("within", "by", "open_ended") if key in step]):
        yield waits[0], f"needs `after`: it says when the waiting for '{step.get('name')}' begins."


def _deadline_problems(step: dict[str, Any]) -> Iterator[tuple[str, str]]:
    due = [key for key in ("within", "by") if step.get(key) is not None]
    if step.get("required", True) is True and step.get("after") is not None and not due and step.get("open_ended") is None:
        yield (
            "within",
            "is missing. A required milestone with `after` has a deadline, `within` or `by`, or says in `open_ended` why it has none.",
        )
    if due and step.get("open_ended") is not None:
        yield "open_ended", f"contradicts `{due[0]}`: a milestone has a deadline or says why it has none."
    if step.get("calendar") is not None and step.get("within") is None:
        yield "calendar", "says how `within` is counted, and there is no `within`."


def _entries(value: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings of a list, with their numbers; whatever else stands there has its own problem already."""
    found = value.get(key) if isinstance(value, dict) else None
    return [(number, entry) for number, entry in enumerate(found) if isinstance(entry, dict)] if isinstance(found, list) else []
