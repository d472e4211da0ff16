"""The one word for the state of a transaction, with its icon, its colour and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html

from app.components.icons import icon
from metrics.texts import _, _later


@dataclass(frozen=True, slots=True)
class Status:
    """`kind` names the colours in assets/00-tokens.css; never shown without icon and word."""

    said: str
    icon: str
    kind: str
    meant: str
    said_inside: str = ""

    @property
    def word(self) -> str:
        return _(self.said)

    @property
    def inside(self) -> str:
        """The word inside of a sentence."""
        return _(self.said_inside or self.said)

    @property
    def meaning(self) -> str:
        return _(self.meant)


# By precedence (vocabulary): the first that applies is the word on the screen.
STATUSES = {
    "cancelled": Status(
        _later("Cancelled"),
        "ban",
        "closed",
        _later("Called off in the source: nothing is expected any more, and it counts in no figure."),
        _later("cancelled"),
    ),
    "abandoned": Status(
        _later("Abandoned"),
        "archive-x",
        "closed",
        _later("Closed by a person without having got through: it is never a success."),
        _later("abandoned"),
    ),
    "failed": Status(
        _later("Failed"), "circle-x", "failed", _later("A system refused it, and no further attempt will come by itself."), _later("failed")
    ),
    "inconsistent": Status(
        _later("Inconsistent"),
        "shuffle",
        "inconsistent",
        _later("Steps came in an order that cannot be true, or a rule is broken."),
        _later("inconsistent"),
    ),
    "unjudged": Status(
        _later("Cannot judge"),
        "unplug",
        "unjudged",
        _later("The feed of the system it waits for is behind, so nobody can say yet."),
        _later("cannot judge"),
    ),
    "overdue": Status(
        _later("Overdue"), "hourglass", "overdue", _later("Something should have come by now and has not."), _later("overdue")
    ),
    "late": Status(_later("Late"), "clock-alert", "late", _later("It came, but after its deadline."), _later("late")),
    "retrying": Status(
        _later("Retrying"), "refresh-cw", "moving", _later("An attempt failed; the middleware is trying again."), _later("retrying")
    ),
    "in_progress": Status(
        _later("In progress"), "circle-ellipsis", "moving", _later("Under way, and nothing is due yet."), _later("in progress")
    ),
    "complete": Status(_later("Complete"), "circle-check", "ok", _later("All required steps have been taken in time."), _later("complete")),
}
UNKNOWN = Status(_later("Unknown"), "circle-question-mark", "nodata", _later("This word is not in the vocabulary."))


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
