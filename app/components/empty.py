"""What stands where nothing is: what would be here, why it is not, and what to do."""

from __future__ import annotations

from typing import Any

from dash import html

from app.components.icons import icon


def empty(title: str, text: Any, *actions: Any, picture: str = "inbox", whole_page: bool = False) -> html.Div:
    """`title` says what is not here, `text` what would be and what to do, `actions` are links or buttons."""
    words = [html.H1(title) if whole_page else html.H2(title), html.P(text)]
    return html.Div(
        [html.Span(icon(picture), className="empty-picture"), *words, html.Div(list(actions), className="empty-actions")], className="empty"
    )
