"""Docs: the files of app/docs, with what each is about at the left and its headings at the right."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from app.components import links, markdown
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.found_documents import listed
from app.components.icons import icon
from app.components.markdown import Document
from app.components.page import head
from app.documents import FIRST, FOLDER, documents, handbook
from app.pages.errors import WrongAddress
from metrics.texts import _, _n, _parts, language

MOST = 25


def layout(**query: Any) -> Component:
    names = documents(FOLDER)
    if not names:
        return html.Div(
            [
                head(_("Docs")),
                empty(_("There are no documents"), _("They are Markdown files in app/docs of the installation."), picture="book-open"),
            ]
        )
    name = links.one(query.get("page")) or (FIRST if FIRST in names else names[0])
    if name not in names:
        raise WrongAddress(_("No document is called '{name}'. There are: {names}.", name=name, names=", ".join(names)))
    text = links.one(query.get("q")) or ""
    return html.Div(
        [
            dcc.Store(id="docs-about", data=name),
            dcc.Store(id="docs-shown", data=text),
            _contents(names, name),
            html.Div([_field(text), html.Div(_body(name, text), id="docs-body")], className="docs-middle"),
            html.Div(_headings(_document(FOLDER, name)), id="docs-headings", hidden=bool(text)),
        ],
        className="docs",
    )


def _field(text: str) -> Component:
    """assets/31-docs.js: Enter goes to the first that was found, arrows walk."""
    field = dmc.TextInput(
        id="docs-search",
        placeholder=_("Search the docs"),
        leftSection=icon("search", size="16px"),
        debounce=160,
        size="sm",
        value=text,
        **{"aria-label": _("Search the docs")},
    )
    all_of_them = html.A(_("All documents"), href="#docs-contents", className="docs-all")  # on a phone they stand below
    return html.Div([field, all_of_them], className="docs-search no-print", role="search", **{"aria-label": _("In the docs")})


def _body(name: str, text: str) -> list[Component]:
    """The document, or what was found."""
    return _found(text) if text.strip() else [html.Article(_document(FOLDER, name).parts, className="prose")]


def _found(text: str) -> list[Component]:
    found = handbook().find(text, MOST)
    meant = (
        html.Span([" ", *_parts("Did you mean {word}?", word=html.A(found.nearest, href=links.to("docs", q=found.nearest)))])
        if found.nearest
        else None
    )
    unsaid = (
        _("No document says {names}.", names=language().listed([f"“{word}”" for word in found.missing], either=True))
        if found.missing
        else ""
    )
    if not found.total:
        return [html.H1(_("Nothing matches")), html.P([unsaid or _("Type a word."), meant], role="status")]
    shown = (
        _n("Showing {shown} of {number} section.", "Showing {shown} of {number} sections.", found.total, shown=len(found.matches))
        if found.total > MOST
        else _n("{number} section.", "{number} sections.", found.total)
    )
    some = _("None says all of these words; these say some.") if found.is_partial else ""
    said = html.P([" ".join(part for part in (shown, some, unsaid) if part), meant], role="status", className="muted")
    return [html.H1(_("“{text}” in the docs", text=text.strip())), said, listed(found.matches)]


@callback(
    Output("docs-body", "children"),
    Output("docs-headings", "hidden"),
    Output("docs-shown", "data"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("docs-search", "value"),
    State("docs-about", "data"),
    State("docs-shown", "data"),
    prevent_initial_call=True,
)
def search(text: str | None, name: str, shown: str) -> Any:
    """Without a word the document stands there again."""
    text = text or ""
    if text == shown:
        raise PreventUpdate
    return _body(name, text), bool(text.strip()), text, {"q": text.strip() or None}


@cache
def _document(folder: Path, name: str) -> Document:
    """Kept: the files change with the installation only."""
    return markdown.render((folder / f"{name}.md").read_text(encoding="utf-8"), lambda target: address(target, name))


def address(target: str, here: str) -> str:
    """Links between the files lead to their pages; everything else that is no web address leads nowhere."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        return target
    if parts.scheme or parts.netloc:
        return "#"
    if not parts.path:
        return f"#{parts.fragment}"
    if parts.path.startswith("/"):
        return links.to(parts.path) + (f"?{parts.query}" if parts.query else "")
    folder = Path(here).parent / parts.path.removesuffix(".md")
    name = "/".join(part for part in _walked(folder.parts))
    return links.to("docs", page=name) + (f"#{parts.fragment}" if parts.fragment else "")


def _walked(parts: tuple[str, ...]) -> list[str]:
    walked: list[str] = []
    for part in parts:
        walked = walked[:-1] if part == ".." else [*walked, part]
    return walked


def _contents(names: list[str], current: str) -> Component:
    rows = [
        html.A(
            _document(FOLDER, name).title or name,
            href=links.to("docs", page=name),
            className="docs-link docs-decision" if "/" in name else "docs-link",
            **({"aria-current": "page"} if name == current else {}),
        )
        for name in names
    ]
    return html.Nav(rows, id="docs-contents", className="docs-contents no-print", **{"aria-label": _("Documents")})


def _headings(document: Document) -> Component:
    rows = [html.A(words, href=f"#{anchor}", className="docs-link") for level, words, anchor in document.headings if level == 2]
    return html.Nav(
        [html.Div(_("On this page"), className="nav-head"), *rows] if rows else [],
        className="docs-headings no-print",
        **{"aria-label": _("On this page")},
    )
