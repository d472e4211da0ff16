"""What is said of a step that has not come: by when it is due, how much of it is still to come, and what stands in its way."""

from __future__ import annotations

from app.figures import times
from app.figures.rows import rows_of
from app.figures.words import amount, event_words, span_of, with_unit
from metrics.path import Path, Step


def held_up(path: Path, step: Step) -> Step | None:
    """What failed or is missing of the steps before it: until that has come, nobody can take this one."""
    steps = {each.name: each for each in path.steps}
    before = steps.get(step.after or "")
    while before is not None and before.reached_ns is None:
        if before.is_failed or before.is_missing:
            return before
        before = steps.get(before.after or "")
    return None


def to_come(path: Path, step: Step) -> str:
    """How much of the ordered quantity has not come yet, when somebody stated one."""
    events = [event for event in rows_of(path.events) if not event["is_redelivery"]]
    ordered = next((event for event in reversed(events) if event["ordered_quantity"] is not None), None)
    if ordered is None:
        return ""
    mine = [event for event in events if event["milestone"] == step.name and not event["is_error"]]
    rest = ordered["ordered_quantity"] - sum(event["quantity"] or 0 for event in mine)
    return f"{amount(rest)} of {with_unit(ordered['ordered_quantity'], ordered['uom'])} to come, "


def due_words(path: Path, step: Step) -> str:
    if step.due_ns is not None:
        return f"due {times.short(step.due_ns, path.timezone, path.as_of_ns)}"
    if step.open_ended:
        return f"no deadline: {step.open_ended}"
    if step.opened_ns is not None:
        return "no deadline"
    earlier = next((other for other in path.steps if other.name == step.after), None)
    return f"after {event_words(earlier.event)}" if earlier else "starts the workflow"


def open_words(path: Path, step: Step, tone: str) -> str:
    if tone == "missing" and step.due_ns is not None and step.due_ns < path.as_of_ns:
        return f"missing, {span_of(step.due_ns, path.as_of_ns)} overdue"
    if tone == "missing":
        return "missing: a later step came"
    if tone == "unjudged":
        return "cannot judge: feed is behind"
    if tone == "expected" and step.due_ns is not None:
        return f"expected in {span_of(path.as_of_ns, step.due_ns)}"
    return "expected" if tone == "expected" else "not due yet"
