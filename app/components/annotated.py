"""What was noted in a stretch of time, for who is signed in, and the way to note something oneself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import g
from flask_login import current_user

from app import reader
from app.annotations.annotation import Annotation
from app.annotations.kept import may_write
from app.components import links
from app.components.icons import icon
from app.components.recoveries import me
from app.figures import marks
from app.figures.marks import MOST_MARKS, Around, Edges, Noted
from app.instants import instant_text
from metrics.texts import _


def noted(
    at: reader.AsOf, from_ns: int, to_ns: int, sites: Collection[str] = (), workflows: Collection[str] = (), systems: Collection[str] = ()
) -> list[Annotation]:
    """Those that touch this time, began by the moment of the page, and are about one of these (empty: about anything)."""
    asked = (from_ns, min(to_ns, at.moment.as_of_ns), at.moment.known_ns)
    read: dict[tuple[int, int, int], list[Annotation]] = g.setdefault("annotations read", {})  # a page has many charts of one time
    if asked not in read:
        read[asked] = reader.application().annotations.between(*asked, current_user.sees)
    return [each for each in read[asked] if each.is_about(sites, workflows, systems)]


def around(at: reader.AsOf, zone: str) -> Around:
    """What marks are drawn with."""
    return Around(zone, at.moment.as_of_ns, at.past)


def on_columns(at: reader.AsOf, zone: str, edges: Edges, sites: Collection[str] = (), workflows: Collection[str] = ()) -> Noted:
    """What was noted in the time of a chart, at its columns."""
    if not edges:
        return marks.NOTHING
    found = noted(at, edges[0][0], edges[-1][1], sites, workflows)
    return Noted(marks.marks_on(edges, found[-MOST_MARKS:]), around(at, zone), max(0, len(found) - MOST_MARKS))


def below(shown: Noted, from_ns: int, to_ns: int, **about: Any) -> Component:
    """In words what was noted, and for who may the way to note something about the same."""
    stretch = {"from": instant_text(from_ns), "to": instant_text(to_ns)}
    told = marks.listed(shown, links.to("annotations", **stretch, **shown.around.past))
    link = None if shown.around.past else note_link(**about)  # what is noted is noted now
    return html.Div([part for part in (told, link) if part is not None], className="noted-below")


def note_link(**about: Any) -> Component | None:
    """To the form, with what the chart is about; nothing for who may not."""
    if not may_write(me()):
        return None
    return html.A(
        [icon("flag"), f" {_('Note something here')}"], href=links.to("annotations", note="yes", **about), className="note-link no-print"
    )
