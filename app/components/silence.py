"""What to say of a feed that says nothing: since when, what that holds up, and what is usual of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.tiles import name_of
from app.figures import times, words

Row = Mapping[str, Any]


def held_up(row: Row, zone: str, as_of_ns: int) -> tuple[str, str]:
    """Of a row of `feeds_behind`: how the feed stands, and what cannot be judged because of it. Once, whatever the number."""
    where = words.system_word(row["system"]) + (f" at {name_of(row['site'])}" if row["site"] else "")
    many = words.count(row["expectations"], "expectation")
    if row["is_silent"]:
        return f"{where} has been silent since {times.brief(row['heard_ns'], zone, as_of_ns)}.", f"{many} cannot be judged."
    until = row["known_until_ns"]
    known = f"is known up to {times.brief(until, zone, as_of_ns)} only" if until is not None and until > 0 else "has never been heard of"
    return f"{where} {known}.", f"{many} due since then cannot be judged until its feed has caught up."


def usual(row: Row) -> str:
    """Of a row of Reader.sources(): after how much it would be silent, and how one knows."""
    if row["is_complete"]:
        return "Its source is always complete, so it is never silent."
    gaps = words.count(row["gaps"], "gap")
    if row["silent_after_seconds"] is None:
        return f"Too few gaps ({row['gaps']:,}) to say when it is silent: silent_after in the configuration can."
    after = f"Silent after {words.duration(row['silent_after_seconds'])} of working time"
    if not row["is_usual"]:
        return f"{after}, as configured."
    return f"{after}: of {gaps} in four weeks 99 in 100 are no longer than {words.duration(row['usual_seconds'])}."


def silence(row: Row) -> Component | None:
    """A mark for a silent feed, with what to do; None for one that speaks."""
    if not row["is_silent"]:
        return None
    quiet = words.duration(row["quiet_seconds"])
    advice = f"Not known for {quiet} of working time. Ask whether it works there; then look whether its sender runs and reaches us."
    return html.Span([icon("unplug"), " silent"], className="sources-silent mark-unjudged", title=advice)
