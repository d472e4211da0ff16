"""The one word for the state of a transaction, with its icon, its colour and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html

from app.components.icons import icon


@dataclass(frozen=True, slots=True)
class Status:
    """`kind` names the colours in assets/00-tokens.css; never shown without icon and word."""

    word: str
    icon: str
    kind: str
    meaning: str


# By precedence (vocabulary): the first that applies is the word on the screen.
STATUSES = {
    "cancelled": Status(
        "Cancelled", "ban", "closed", "Called off in the source: nothing is expected any more, and it counts in no figure."
    ),
    "abandoned": Status("Abandoned", "archive-x", "closed", "Closed by a person without having got through: it is never a success."),
    "failed": Status("Failed", "circle-x", "failed", "A system refused it, and no further attempt will come by itself."),
    "inconsistent": Status("Inconsistent", "shuffle", "inconsistent", "Steps came in an order that cannot be true, or a rule is broken."),
    "unjudged": Status("Cannot judge", "unplug", "unjudged", "The feed of the system it waits for is behind, so nobody can say yet."),
    "overdue": Status("Overdue", "hourglass", "overdue", "Something should have come by now and has not."),
    "late": Status("Late", "clock-alert", "late", "It came, but after its deadline."),
    "retrying": Status("Retrying", "refresh-cw", "moving", "An attempt failed; the middleware is trying again."),
    "in_progress": Status("In progress", "circle-ellipsis", "moving", "Under way, and nothing is due yet."),
    "complete": Status("Complete", "circle-check", "ok", "All required steps have been taken in time."),
}
UNKNOWN = Status("Unknown", "circle-question-mark", "nodata", "This word is not in the vocabulary.")


def status_of(name: str) -> Status:
    return STATUSES.get(name, UNKNOWN)


def badge(name: str, **attributes: object) -> html.Span:
    """Icon and word on the state's colour."""
    status = status_of(name)
    return html.Span([icon(status.icon), status.word], className=f"badge kind-{status.kind}", title=status.meaning, **attributes)


def mark(name: str, size: str = "16px") -> html.Span:
    """The icon alone in the state's colour, for where the word stands beside it."""
    status = status_of(name)
    return html.Span(icon(status.icon, size=size), className=f"mark mark-{status.kind}")
