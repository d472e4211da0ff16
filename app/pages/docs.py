"""Docs: the files of app/docs, with what each is about at the left and its headings at the right."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dash import html
from dash.development.base_component import Component

from app.components import links, markdown
from app.components.empty import empty
from app.components.markdown import Document
from app.components.page import head
from app.pages.errors import WrongAddress

FOLDER = Path(__file__).parent.parent / "docs"
FIRST = "index"


def layout(**query: Any) -> Component:
    names = documents(FOLDER)
    if not names:
        return html.Div(
            [head("Docs"), empty("There are no documents", "They are Markdown files in app/docs of the installation.", picture="book-open")]
        )
    name = links.one(query.get("page")) or (FIRST if FIRST in names else names[0])
    if name not in names:
        raise WrongAddress(f"No document is called '{name}'. There are: {', '.join(names)}.")
    document = _document(FOLDER, name)
    body = html.Article(document.parts, className="prose")
    return html.Div([_contents(names, name), body, _headings(document)], className="docs")


def documents(folder: Path) -> list[str]:
    """Names without .md, those of subfolders with it: index first, then in the order in which it leads to them, the others by name."""
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md")]
    index = folder / f"{FIRST}.md"
    led_to = [FIRST, *re.findall(r"\]\(([^)]+)\.md\)", index.read_text(encoding="utf-8"))] if index.exists() else []
    return sorted(names, key=lambda name: (led_to.index(name) if name in led_to else len(led_to), "/" in name, name))


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
    return html.Nav(rows, className="docs-contents no-print", **{"aria-label": "Documents"})


def _headings(document: Document) -> Component:
    rows = [html.A(words, href=f"#{anchor}", className="docs-link") for level, words, anchor in document.headings if level == 2]
    return html.Nav(
        [html.Div("On this page", className="nav-head"), *rows] if rows else [],
        className="docs-headings no-print",
        **{"aria-label": "On this page"},
    )
