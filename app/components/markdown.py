"""Markdown as components: no markup of the text ever reaches the page as markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import mistune
from dash import html
from dash.development.base_component import Component

from app.components.page import stacked

Token = dict[str, Any]
_PARSE = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])
_INLINE = {"strong": html.Strong, "emphasis": html.Em, "strikethrough": html.Del}
_HEADINGS = (html.H1, html.H2, html.H3, html.H4, html.H5, html.H6)


@dataclass(slots=True)
class Document:
    """`headings`: (level, text, anchor) in order."""

    title: str
    parts: list[Component] = field(default_factory=list)
    headings: list[tuple[int, str, str]] = field(default_factory=list)


def render(text: str, link: Callable[[str], str]) -> Document:
    """The document; `link` turns a target as written into an address."""
    document = Document("")
    for token in cast("list[Token]", _PARSE(text)):
        if token["type"] != "blank_line":
            document.parts.append(_block(token, document, link))
    document.title = next((words for level, words, _ in document.headings if level == 1), "")
    return document


def anchor_of(text: str) -> str:
    """As GitHub makes them, so that links written for one work in the other."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _block(token: Token, document: Document, link: Callable[[str], str]) -> Component:
    kind = token["type"]
    if kind == "heading":
        return _heading(token, document, link)
    if kind == "block_code":
        return html.Pre(html.Code(token["raw"]), tabIndex=0)
    if kind == "list":
        items = [html.Li(_inside(item, document, link)) for item in token["children"]]
        return html.Ol(items) if token["attrs"].get("ordered") else html.Ul(items)
    if kind == "block_quote":
        return html.Blockquote(_inside(token, document, link))
    if kind == "table":
        table = html.Table([_rows(part, link) for part in token["children"]], className="table")
        return html.Div(stacked(table), className="scroll", tabIndex=0)
    if kind == "thematic_break":
        return html.Hr()
    return html.P(_text(token, link))


def _inside(token: Token, document: Document, link: Callable[[str], str]) -> list[Component]:
    """Children of a list item or quote: tight text stays inline, everything else is a block."""
    parts: list[Component] = []
    for child in token["children"]:
        if child["type"] == "block_text":
            parts.append(html.Span(_text(child, link)))
        elif child["type"] != "blank_line":
            parts.append(_block(child, document, link))
    return parts


def _heading(token: Token, document: Document, link: Callable[[str], str]) -> Component:
    level, words = token["attrs"]["level"], _plain(token)
    anchor = anchor_of(words)
    document.headings.append((level, words, anchor))
    return _HEADINGS[level - 1](_text(token, link), id=anchor)


def _rows(part: Token, link: Callable[[str], str]) -> Component:
    if part["type"] == "table_head":
        return html.Thead(html.Tr([(html.Th if _plain(cell).strip() else html.Td)(_text(cell, link)) for cell in part["children"]]))
    return html.Tbody([html.Tr([html.Td(_text(cell, link)) for cell in row["children"]]) for row in part["children"]])


def _text(token: Token, link: Callable[[str], str]) -> list[Any]:
    if "children" not in token:
        return [token.get("raw", "")]
    return [_inline(child, link) for child in token["children"]]


def _inline(token: Token, link: Callable[[str], str]) -> Any:
    kind = token["type"]
    if kind in _INLINE:
        return _INLINE[kind](_text(token, link))
    if kind == "codespan":
        return html.Code(token["raw"])
    if kind == "link":
        return html.A(_text(token, link), href=link(token["attrs"]["url"]))
    if kind == "linebreak":
        return html.Br()
    if kind == "softbreak":
        return " "
    return token.get("raw") or _plain(token)


def _plain(token: Token) -> str:
    return token.get("raw") or "".join(_plain(child) for child in token.get("children", []))
