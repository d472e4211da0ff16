"""The head of a path: what it is about, how it stands, what happened and what is next, in words; and the few facts one looks for first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.page import head
from app.components.status import badge, status_of
from app.components.tiles import name_of
from app.figures import times
from app.figures.related import goods_words
from app.figures.story import story
from app.figures.words import criticality_word, sentence, type_words
from metrics.path import Path
from metrics.texts import _


def head_of(path: Path) -> Component:
    """The title of the page, with its status."""
    title = [f"{kind_of(path)} ", html.Span(path.transaction_id, dir="auto", className="path-id")]
    every = html.A(_("all of this workflow"), href=links.transactions(workflow=path.workflow))
    return head(title, [path.title, ", ", every], badge(path.status))


def kind_of(path: Path) -> str:
    """Production order"""
    return sentence(type_words(path.object_type))


def verdict_of(path: Path, past: Mapping[str, Any], is_now: bool) -> Component:
    """The story in sentences, the way out where somebody is needed, and the facts."""
    status, sentences = status_of(path.status), story(path)
    way_out = _way_out(path) if is_now else None
    text = html.Div([html.H2(sentences[0], dir="auto"), html.P(" ".join(sentences[1:]), dir="auto"), way_out])
    sign = html.Span(icon(status.icon, status.word), className=f"verdict-sign mark-{status.kind}")
    return html.Section(
        [html.Div([sign, text], className="verdict-words"), _facts(path)], className=f"card path-verdict edge-{status.kind}", role="status"
    )


def _way_out(path: Path) -> Component | None:
    """What may be done about a step that failed or is missing, which is about now."""
    if not (path.state == "failed" or any(step.is_missing for step in path.steps) or len(path.violations) > 0):
        return None
    return html.P(html.A(_("What may be done about it"), href=links.to("failure", workflow=path.workflow, transaction=path.transaction_id)))


def _facts(path: Path) -> Component:
    site = f"{name_of(path.site)} ({path.timezone})" if path.site else _("not known, shown in {zone}", zone=path.timezone)
    facts = [
        (_("Site"), site),
        (_("Started"), times.full(path.start_ns, path.timezone)),
        (_("Last event"), times.full(path.last_event_ns, path.timezone)),
        (_("Owner"), path.owner or _("nobody is named")),
        (_("Criticality"), criticality_word(path.criticality)),
        *goods_words(path),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts], className="terms terms-wide")
