"""What somebody may see, as plain loops: which transactions, which events belong to them, what these name, which spans say them."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from metrics.scope import Scope
from tests import oracle
from tests.belonging_oracle import Member, Object
from tests.oracle import Course, World

FOREVER = 2**62


def scopes() -> st.SearchStrategy[Scope]:
    """Of the plants' sites, workflows and suppliers all, most, some or none."""

    def some(*choices: Iterable[str] | None) -> st.SearchStrategy[frozenset[str] | None]:
        return st.sampled_from([None if each is None else frozenset(each) for each in choices])

    sites = some(None, None, None, ("north", "south", "east"), ("north", "hub"), ("elsewhere",), ())
    workflows = some(None, ("one",), ("one", "two"), ("two", "three"), ("four",))
    suppliers = some(None, None, ("20017", "20018", "20019"), ("20017", "20018"), ("20018",))
    return st.builds(Scope, sites, workflows, suppliers)


def sees_course(sees: Scope, course: Course) -> bool:
    """Its site, its workflow and its supplier, which is the one that was named last."""
    partner = oracle.last_stated([member.event for member in course.members], "partner")
    return sees.sees(course.site, course.workflow.name, partner)


def courses(world: World, moment: tuple[int, int], sees: Scope) -> list[Course]:
    _, members, complete_to = oracle.known_world(world, *moment)
    return [course for course in oracle.judged_courses(world, members, complete_to, moment[0]) if sees_course(sees, course)]


def events(world: World, moment: tuple[int, int], sees: Scope) -> list[Member]:
    """Of the sites; and of the transactions, where not all workflows and suppliers are seen: never what names another supplier."""
    _, members, _ = oracle.known_world(world, *moment)
    if not sees.is_narrow:
        return [member for member in members if sees.has_site(member.event.site)]
    seen = courses(world, moment, sees)
    mine = {(course.workflow.object, course.transaction_id) for course in seen}
    belonging = {member.event.event_id for course in seen for member in course.members}
    return [
        member
        for member in members
        if (member.event.event_id in belonging or member.objects & mine)
        and sees.has_site(member.event.site)
        and (member.event.partner is None or sees.has_supplier(member.event.partner))
    ]


def kept_back(world: World, moment: tuple[int, int], sees: Scope) -> set[Object]:
    """Objects of transactions that are there at all, and of none that is seen; nothing for who sees all workflows and suppliers."""
    if not sees.is_narrow:
        return set()
    _, members, complete_to = oracle.known_world(world, FOREVER, FOREVER)
    every = {(course.workflow.object, course.transaction_id) for course in oracle.judged_courses(world, members, complete_to, FOREVER)}
    return every - {(course.workflow.object, course.transaction_id) for course in courses(world, moment, sees)}


def span_ids(world: World, moment: tuple[int, int], sees: Scope) -> set[str]:
    """What says an event where that is seen, and what happened between in a trace all of whose events are; these spans name no site."""
    known = [span for span in world.spans if span.recorded_ns <= moment[1]]
    if sees.is_all:
        return {span.span_id for span in known}
    if not sees.is_narrow or not sees.has_site(None):
        return set()
    seen = {member.event.event_id for member in events(world, moment, sees)}
    shown = [event for event in world.events if event.event_id in seen]
    others = [event for event in world.events if event.event_id not in seen]
    said, hidden = {event.span_id for event in shown}, {event.span_id for event in others}
    traces, closed = {event.trace_id for event in shown if event.trace_id}, {event.trace_id for event in others if event.trace_id}
    return {
        span.span_id
        for span in known
        if ((span.span_id in said and span.span_id not in hidden) if span.is_event else span.span_id[:32] in traces - closed)
    }
