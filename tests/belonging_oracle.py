"""Which objects an event names and to which transactions it belongs, as plain loops: section 5 of the vocabulary, told a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collectors.event import Event
from metrics.workflows import Workflow

Object = tuple[str, str]  # (type, canonical id)


@dataclass(frozen=True, slots=True)
class Span:
    """What placement needs of a span, business event or not. Ids as in `spans`: trace id + span id."""

    span_id: str
    recorded_ns: int
    end_ns: int
    parent_id: str | None = None
    is_error: bool = False
    is_event: bool = False
    message_id: str | None = None
    conversation_id: str | None = None
    objects: tuple[Object, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An event with the objects it names, after aliases and placement."""

    event: Event
    objects: frozenset[Object]

    def ids(self, object_type: str) -> set[str]:
        return {i for kind, i in self.objects if kind == object_type}


def name_objects(events: list[Event], spans: list[Span], alias_types: Iterable[str]) -> list[Member]:
    """Every event with the objects it names: its own, else those it takes over; joined ids under their one name."""
    one_name = aliases(events, alias_types)
    known = {s.span_id: s for s in spans}
    return [Member(e, frozenset(one_name.get(o, o) for o in e.objects or placed(e, known, events))) for e in events]


def aliases(events: list[Event], alias_types: Iterable[str]) -> dict[Object, Object]:
    """The one name of every object known by several: the textually smallest of the ids that events have joined.

    Only what an event names itself joins: a conversation may be about many orders, and joined is joined for good.
    """
    groups: list[set[Object]] = []
    for event in events:
        for object_type in alias_types:
            joined = {o for o in event.objects if o[0] == object_type}
            if len(joined) > 1:
                apart = [g for g in groups if not g & joined]
                groups = [*apart, joined.union(*(g for g in groups if g & joined))]
    return {o: min(group) for group in groups for o in group}


def placed(event: Event, spans: dict[str, Span], events: Iterable[Event]) -> set[Object]:
    """The objects a nameless event takes over: of its nearest ancestor naming some, else its links, else its message."""
    is_span = event.span_id == event.event_id
    span = spans.get(event.span_id or "")
    first = span.parent_id if is_span and span else event.span_id
    return (
        ancestor_objects(first, spans)
        or {o for link in (span.links if span else ()) if link in spans for o in spans[link].objects}
        or message_objects(event.message_id, event.conversation_id, [*spans.values(), *events])
    )


def ancestor_objects(span_id: str | None, spans: dict[str, Span]) -> set[Object]:
    seen = set()
    while span_id in spans and span_id not in seen:
        seen.add(span_id)
        if spans[span_id].objects:
            return set(spans[span_id].objects)
        span_id = spans[span_id].parent_id
    return set()


def message_objects(message_id: str | None, conversation_id: str | None, others: Iterable[Span | Event]) -> set[Object]:
    found: set[Object] = set()
    for other in others:
        same_message = message_id is not None and other.message_id == message_id
        same_conversation = conversation_id is not None and other.conversation_id == conversation_id
        if same_message or same_conversation:
            found.update(other.objects)
    return found


def unplaced(members: list[Member], spans: list[Span], as_of_ns: int) -> list[str]:
    """Failures that name no object and take over none: error events, and other spans with status ERROR that had ended."""
    known = {s.span_id: s for s in spans}
    lost = [m.event.event_id for m in members if m.event.is_error and not m.objects]
    failed = [s for s in spans if s.is_error and not s.is_event and s.end_ns <= as_of_ns]
    return sorted(lost + [s.span_id for s in failed if not s.objects and not placed(as_event(s), known, [m.event for m in members])])


def as_event(span: Span) -> Event:
    return Event(
        event_id=span.span_id,
        identity=span.span_id,
        id_hash=0,
        source="",
        position="",
        recorded_ns=span.recorded_ns,
        event_ns=0,
        event_type="",
        span_id=span.span_id,
        message_id=span.message_id,
        conversation_id=span.conversation_id,
    )


def transactions_of(workflow: Workflow, members: list[Member]) -> dict[str, list[Member]]:
    """The members of every transaction: whoever names it, and whoever names only what somebody names together with it."""
    milestones = {(m.event, m.system) for m in workflow.milestones}
    found: dict[str, list[Member]] = {}
    for member in members:
        if kind(member.event) in milestones:
            for transaction_id in member.ids(workflow.object):
                found[transaction_id] = []
    behind = links(workflow, members)
    for member in members:
        if kind(member.event) in milestones or kind(member.event) in workflow.cancel:
            ids = member.ids(workflow.object) or {t for o in related(workflow, member) for t in behind.get(o, ())}
            for transaction_id in ids & found.keys():
                found[transaction_id].append(member)
    return found


def kind(event: Event) -> tuple[str, str | None]:
    return event.event_type, event.system


def related(workflow: Workflow, member: Member) -> list[Object]:
    return [o for o in member.objects if o[0] in workflow.related]


def links(workflow: Workflow, members: list[Member]) -> dict[Object, set[str]]:
    """For every related object the transactions that some event, of any type and outcome, names together with it."""
    found: dict[Object, set[str]] = {}
    for member in members:
        for o in related(workflow, member):
            found.setdefault(o, set()).update(member.ids(workflow.object))
    return found
