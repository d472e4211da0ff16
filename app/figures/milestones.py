"""The milestones of a path as a table: what was expected, by when, and what came."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.page import scrolling
from app.figures import times
from app.figures.boxes import ICONS, WORDS, is_early
from app.figures.detail import agreed
from app.figures.words import event_words, span_of, system_word
from metrics.path import Path, Step
from metrics.texts import _, _later, language

HEADS = (
    _later("Milestone"),
    _later("System"),
    _later("Agreed"),
    _later("Due"),
    _later("Reached"),
    _later("Lateness"),
    _later("Failed attempts"),
    _later("State"),
)


def milestone_table(path: Path) -> Component:
    """One row a milestone, in the order of the workflow; times in the zone of the path."""
    head = html.Thead(html.Tr([html.Th(_(name), scope="col") for name in HEADS]))
    rows = [_row(path, step) for step in path.steps]
    return scrolling(html.Table([head, html.Tbody(rows)], className="table"), _("Milestones"))


def tone_of(path: Path, step: Step) -> str:
    """The tone of boxes.py that says how the milestone stands."""
    if step.reached_ns is not None:
        return "early" if is_early(step) else "late" if step.is_late else "done"
    if path.state in ("cancelled", "abandoned"):
        return "closed"
    for tone, applies in (
        ("failed", step.is_failed),
        ("retrying", step.is_retrying),
        ("missing", step.is_missing),
        ("unjudged", step.is_unjudged),
    ):
        if applies:
            return tone
    if not step.required:
        return "optional"
    return "expected" if step.opened_ns is not None else "later"


def _row(path: Path, step: Step) -> Component:
    tone = tone_of(path, step)
    name = [html.B(event_words(step.event)), html.Span(_("optional"), className="pill") if not step.required else None]
    state = html.Span([icon(ICONS.get(tone, "minus")), _word(tone)], className=f"state state-{tone}")
    cells = [
        [part for part in name if part is not None],
        system_word(step.system),
        agreed(step),
        _instant(path, step.due_ns),
        _instant(path, step.reached_ns),
        _lateness(path, step),
        language().number(step.attempts) if step.attempts else "0",
        state,
    ]
    return html.Tr([html.Td(cell, className="num" if n in (3, 4, 5, 6) else None) for n, cell in enumerate(cells)])


def _word(tone: str) -> str:
    return {"closed": _("Not expected any more"), "optional": _("Not seen")}.get(tone) or _(WORDS[tone])


def _instant(path: Path, ns: int | None) -> str:
    return times.stamp(ns, path.timezone) if ns is not None else "–"


def _lateness(path: Path, step: Step) -> str:
    """Against the deadline: early and late of what came, overdue of what did not."""
    if step.due_ns is None:
        return "–"
    if step.reached_ns is not None:
        return _("{duration} late", duration=span_of(step.due_ns, step.reached_ns)) if step.reached_ns > step.due_ns else _("in time")
    return _("{duration} overdue", duration=span_of(step.due_ns, path.as_of_ns)) if step.is_missing and step.due_ns < path.as_of_ns else "–"
