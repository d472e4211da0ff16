"""What to say of a feed that says nothing: since when, what that holds up, and what is usual of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.tiles import name_of
from app.figures import times, words
from metrics.texts import _, _n

Row = Mapping[str, Any]


def held_up(row: Row, zone: str, as_of_ns: int) -> tuple[str, str]:
    """Of a row of `feeds_behind`: how the feed stands, and what cannot be judged because of it. Once, whatever the number."""
    system = words.system_word(row["system"])
    feed = _("{system} at {site}", system=system, site=name_of(row["site"])) if row["site"] else system
    number = row["expectations"]
    if row["is_silent"]:
        said = _("{feed} has been silent since {time}.", feed=feed, time=times.brief(row["heard_ns"], zone, as_of_ns))
        return said, _n("{number} expectation cannot be judged.", "{number} expectations cannot be judged.", number)
    until = row["known_until_ns"]
    is_known = until is not None and until > 0
    known = (
        _("{feed} is known up to {time} only.", feed=feed, time=times.brief(until, zone, as_of_ns))
        if is_known
        else _("{feed} has never been heard of.", feed=feed)
    )
    return known, _n(
        "{number} expectation due since then cannot be judged until its feed has caught up.",
        "{number} expectations due since then cannot be judged until its feed has caught up.",
        number,
    )


def usual(row: Row) -> str:
    """Of a row of Reader.sources(): after how much it would be silent, and how one knows."""
    if row["is_complete"]:
        return _("Its source is always complete, so it is never silent.")
    if row["silent_after_seconds"] is None:
        return _("Too few gaps ({gaps}) to say when it is silent: silent_after in the configuration can.", gaps=row["gaps"])
    after = _("Silent after {duration} of working time", duration=words.duration(row["silent_after_seconds"]))
    if not row["is_usual"]:
        return _("{after}, as configured.", after=after)
    return _n(
        "{after}: of {number} gap in four weeks 99 in 100 are no longer than {duration}.",
        "{after}: of {number} gaps in four weeks 99 in 100 are no longer than {duration}.",
        row["gaps"],
        after=after,
        duration=words.duration(row["usual_seconds"]),
    )


def silence(row: Row) -> Component | None:
    """A mark for a silent feed, with what to do; None for one that speaks."""
    if not row["is_silent"]:
        return None
    quiet = words.duration(row["quiet_seconds"])
    advice = _(
        "Not known for {quiet} of working time. Ask whether it works there; then look whether its sender runs and reaches us.", quiet=quiet
    )
    return html.Span([icon("unplug"), f" {_('silent')}"], className="sources-silent mark-unjudged", title=advice)
