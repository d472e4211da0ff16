"""What needs somebody and what the events say about it, by plain loops: the second implementation that the product is held against."""

from __future__ import annotations

from app.recovery.model import Case, Evidence
from collectors.event import Event
from tests.belonging_oracle import kind
from tests.oracle import Course, Step, World, depends, judged_courses, known_world, order, transaction_row

Found = tuple[str, str, str, str, str | None]  # kind, workflow, transaction, milestone, the event it is about


def cases(world: World, as_of_ns: int, known_ns: int) -> list[Found]:
    """Failures and missing milestones, with the message each is about."""
    found = []
    for course in courses_of(world, as_of_ns, known_ns):
        row = transaction_row(course, as_of_ns)
        about = (course.workflow.name, course.transaction_id)
        if row["state"] == "failed":
            step = course.steps[row["failed_milestone"]]
            found.append(("failed", *about, step.name, failed_message(step, course).event_id))
        if row["state"] not in ("cancelled", "abandoned"):
            missing = [name for name in row["missing"] if name != row["failed_milestone"]]
            found += [("missing", *about, name, opening_message(course.steps[name], course)) for name in missing]
    return sorted(found, key=str)


def evidence(world: World, case: Case, as_of_ns: int, known_ns: int) -> Evidence:
    """Of a failure or a missing milestone, as of a moment that may be later than the one it was found at."""
    _, members, complete_to = known_world(world, as_of_ns, known_ns)
    about = (case.workflow, case.transaction_id)
    course = next((c for c in courses_of(world, as_of_ns, known_ns) if (c.workflow.name, c.transaction_id) == about), None)
    workflow = next(w for w in world.definitions.workflows if w.name == case.workflow)
    milestone = next(m for m in workflow.milestones if m.name == case.milestone)
    heard_ns = complete_to(milestone.system, case.site if case.site is not None else course and course.site)
    earlier = []
    before = milestone
    while before.after:
        before = next(m for m in workflow.milestones if m.name == before.after)
        earlier.append((before.event, before.system))
    events = sorted((m.event for m in members), key=lambda e: (e.event_ns, e.event_id))
    same_key = [
        e.event_id
        for e in events
        if case.idempotency_key is not None and e.idempotency_key == case.idempotency_key
        if not e.is_error and e.event_id != case.event_id and kind(e) not in earlier
    ]
    said = Evidence(same_key=tuple(same_key[:20]), heard_ns=None if heard_ns < 0 else heard_ns)
    return said if course is None else about_course(said, course, course.steps[case.milestone], case)


def about_course(said: Evidence, course: Course, step: Step, case: Case) -> Evidence:
    mine = [e for e in effects(course, step) if e.event_ns == step.reached_ns or gets_through(e, step, case)]
    first = min(mine, key=order, default=None)
    by_type = {e.event_id: e for e in (m.event for m in course.members)}
    about = by_type.get(case.event_id or "")
    behind = [other.name for other in course.steps.values() if other.reached_ns is not None and depends(other, step.name, course)]
    return Evidence(
        reached_ns=step.reached_ns if step.reached_ns is not None else first and first.event_ns,
        reached_by=first and first.event_id,
        recovery_id=first and first.recovery_id,
        behind=tuple(behind),
        same_key=said.same_key,
        newer=tuple(newer(course, step, case, about)[:20]),
        is_cancelled=course.is_cancelled or transaction_row(course, 2**62)["state"] == "abandoned",
        heard_ns=said.heard_ns,
    )


def courses_of(world: World, as_of_ns: int, known_ns: int) -> list[Course]:
    _, members, complete_to = known_world(world, as_of_ns, known_ns)
    return judged_courses(world, members, complete_to, as_of_ns)


def effects(course: Course, step: Step) -> list[Event]:
    """What succeeded for a milestone, in order."""
    wanted = (step.milestone.event, step.milestone.system)
    return [m.event for m in course.members if kind(m.event) == wanted and not m.event.is_error]


def failed_message(step: Step, course: Course) -> Event:
    """The latest failed attempt; where quantities add up, that of the oldest message that did not get through."""
    if step.milestone.until is None:
        return step.errors[-1]
    through = {e.idempotency_key or e.message_id for e in effects(course, step)} - {None}
    open_ones = [e for e in step.errors if message_of(e) not in through]
    if not open_ones:
        return step.errors[-1]
    oldest = min(e.event_ns for e in open_ones)
    of_oldest = {message_of(e) for e in open_ones if e.event_ns == oldest}
    return [e for e in open_ones if message_of(e) in of_oldest][-1]


def message_of(event: Event) -> str:
    return event.idempotency_key or event.message_id or event.event_id


def opening_message(step: Step, course: Course) -> str | None:
    opened = course.steps.get(step.milestone.after or "")
    first = effects(course, opened)[:1] if opened else []
    return first[0].event_id if first else None


def gets_through(event: Event, step: Step, case: Case) -> bool:
    """Whether an effect is one of the case's own message, where quantities add up."""
    if step.milestone.until is None or case.kind != "failed":
        return False
    if event.idempotency_key is not None and event.idempotency_key == case.idempotency_key:
        return True
    is_message = event.message_id is not None and event.message_id == case.message_id
    return event.event_ns >= case.event_ns and (event.recovery_id is not None or is_message)


def newer(course: Course, step: Step, case: Case, about: Event | None) -> list[str]:
    """Later successes that the case's message would undo, or do again."""
    later = [e for e in effects(course, step) if e.event_ns > case.event_ns]
    if step.milestone.until is not None:
        goods = (about.quantity, about.item, about.batch) if about else (None, None, None)
        later = [e for e in later if e.attempt > case.attempt and (e.quantity, e.item, e.batch) == goods]
    return [e.event_id for e in sorted(later, key=lambda e: (e.event_ns, e.event_id))]
