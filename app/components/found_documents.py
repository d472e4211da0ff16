"""What was found in the documents: where it stands, and its words marked."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.documents import Match, Section


def address(section: Section) -> str:
    """Where it is read."""
    return links.document(f"{section.document}#{section.anchor}")


def listed(matches: Sequence[Match]) -> Component:
    """On the page *Docs*, best first."""
    return html.Ol([html.Li([_link(match.section), marked(match)]) for match in matches], className="docs-found")


def hit(match: Match) -> Component:
    """In the box at the top, below the numbers that were found."""
    words = html.Div([html.B(_named(match.section)), html.Span(_pieces(match), className="muted")])
    return html.A([icon("book-open"), words], href=address(match.section), className="hit", role="option", tabIndex=-1)


def marked(match: Match) -> Component:
    return html.P(_pieces(match))


def _link(section: Section) -> Component:
    return html.A(_named(section), href=address(section), className="docs-hit")


def _named(section: Section) -> str:
    return section.title if section.is_head else f"{section.title} › {section.heading}"


def _pieces(match: Match) -> list[str | Component]:
    return [html.Mark(piece) if is_asked else piece for piece, is_asked in match.excerpt]
