"""What is said of a step that has not come: by when it is due, how much of it is still to come, and what stands in its way."""

from __future__ import annotations

from app.figures import times
from app.figures.rows import rows_of
from app.figures.words import amount, event_words, span_of, with_unit
from metrics.path import Path, Step
from metrics.texts import _


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
    return _("{amount} of {ordered} to come", amount=amount(rest), ordered=with_unit(ordered["ordered_quantity"], ordered["uom"]))


def due_words(path: Path, step: Step) -> str:
    if step.due_ns is not None:
        return _("due {time}", time=times.short(step.due_ns, path.timezone, path.as_of_ns))
    if step.open_ended:
        return _("no deadline: {reason}", reason=step.open_ended)
    if step.opened_ns is not None:
        return _("no deadline")
    earlier = next((other for other in path.steps if other.name == step.after), None)
    return _("after {event}", event=event_words(earlier.event)) if earlier else _("starts the workflow")


def open_words(path: Path, step: Step, tone: str) -> str:
    if tone == "missing" and step.due_ns is not None and step.due_ns < path.as_of_ns:
        return _("missing, {duration} overdue", duration=span_of(step.due_ns, path.as_of_ns))
    if tone == "missing":
        return _("missing: a later step came")
    if tone == "unjudged":
        return _("cannot judge: feed is behind")
    if tone == "expected" and step.due_ns is not None:
        return _("expected in {duration}", duration=span_of(path.as_of_ns, step.due_ns))
    return _("expected") if tone == "expected" else _("not due yet")
