"""What came of something that was due by a day or a time: one word, icon and colour for each outcome, the same on all pages."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon

OUTCOMES = {  # outcome → word, icon, colour
    "kept": ("In time", "circle-check", "ok"),
    "late": ("Late", "clock-alert", "late"),
    "missed": ("Missed its day", "circle-x", "failed"),
    "missing": ("Missing", "hourglass", "overdue"),
    "open": ("Not due yet", "clock", "moving"),
    "unjudged": ("Cannot judge", "unplug", "unjudged"),
    "unmeasured": ("Not measured", "circle-dashed", "nodata"),
}


def mark(outcome: str) -> Component:
    """Icon and word in its colour."""
    word, picture, kind = OUTCOMES[outcome]
    return html.Span([icon(picture), f" {word}"], className=f"mark-{kind} nowrap")
