"""What came of something that was due by a day or a time: one word, icon and colour for each outcome, the same on all pages."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from metrics.texts import _, _later

OUTCOMES = {  # outcome → word, icon, colour
    "kept": (_later("In time"), "circle-check", "ok"),
    "late": (_later("Late"), "clock-alert", "late"),
    "missed": (_later("Missed its day"), "circle-x", "failed"),
    "missing": (_later("Missing"), "hourglass", "overdue"),
    "open": (_later("Not due yet"), "clock", "moving"),
    "unjudged": (_later("Cannot judge"), "unplug", "unjudged"),
    "unmeasured": (_later("Not measured"), "circle-dashed", "nodata"),
}
_INSIDE = {
    "kept": _later("in time"),
    "late": _later("late"),
    "missed": _later("missed its day"),
    "missing": _later("missing"),
    "open": _later("not due yet"),
    "unjudged": _later("cannot judge"),
    "unmeasured": _later("not measured"),
}


def inside(outcome: str) -> str:
    """Its word inside of a sentence."""
    return _(_INSIDE[outcome])


def mark(outcome: str) -> Component:
    """Icon and word in its colour."""
    word, picture, kind = OUTCOMES[outcome]
    return html.Span([icon(picture), f" {_(word)}"], className=f"mark-{kind} nowrap")
