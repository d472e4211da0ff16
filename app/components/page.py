"""The head of a page and the cards on it, the same on all pages."""

from __future__ import annotations

from typing import Any

from dash import html

from app.components.icons import icon


def head(title: Any, subtitle: Any = None, *controls: Any) -> html.Div:
    """The page's one h1, a sentence below it, and filters or actions at the right."""
    words = html.Div([html.H1(title), html.P(subtitle, className="muted") if subtitle else None])
    return html.Div([words, html.Div(list(controls), className="head-controls no-print") if controls else None], className="head")


def card(title: str | None, *content: Any, aside: Any = None, className: str = "", **attributes: Any) -> html.Section:
    """A bordered block with its heading; `aside` stands at the right of the heading."""
    heading = html.Div([html.H2(title), aside], className="card-head") if title else None
    return html.Section([heading, *content], className=f"card {className}".strip(), **attributes)


def scrolling(table: Any, label: str) -> html.Div:
    """A table that is wider than a phone; it can be focused, so that the keyboard can move it."""
    return html.Div(table, className="scroll", tabIndex=0, role="region", **{"aria-label": label})


def button(text: str, href: str, picture: str | None = None, quiet: bool = False) -> html.A:
    """A link that looks like a button."""
    parts = [text, icon(picture) if picture else None]
    # `is not None`: a component without children counts as false.
    return html.A([part for part in parts if part is not None], href=href, className="button button-quiet" if quiet else "button")


def note(kind: str, text: Any, picture: str = "info") -> html.Div:
    """A sentence that stands out; `kind` is info, late or failed."""
    return html.Div([icon(picture), html.Div(text)], className=f"note note-{kind}", role="note")
