"""The head of a page and the cards on it, the same on all pages."""

from __future__ import annotations

import json
import re
from typing import Any

from dash import html

from app.components.icons import icon
from metrics.texts import _

MOST_STACKED = 16


def head(title: Any, subtitle: Any = None, *controls: Any) -> html.Div:
    """The page's one h1, a sentence below it, and filters or actions at the right."""
    words = html.Div([html.H1(title), html.P(subtitle, className="muted") if subtitle else None])
    return html.Div([words, html.Div(list(controls), className="head-controls") if controls else None], className="head")


def card(title: str | None, *content: Any, aside: Any = None, className: str = "", **attributes: Any) -> html.Section:
    """A bordered block with its heading; `aside` stands at the right of the heading."""
    heading = html.Div([html.H2(title), aside], className="card-head") if title else None
    return html.Section([heading, *content], className=_("card {classname}", classname=className).strip(), **attributes)


def scrolling(table: html.Table, label: str) -> html.Div:
    """A table that is moved sideways where it is wider than its card, also by keyboard; on a phone it is stacked."""
    return html.Div(stacked(table), className="scroll", tabIndex=0, role="region", **{"aria-label": label})


def stacked(table: html.Table) -> html.Table:
    """On a phone each line of the table is a block of labels and values, unless it has more columns than anybody reads below each other.

    The labels are the heads, as variables that assets/28-stacks.css writes before the cells: a cell drawn later has its label as well."""
    heads = table.children[0].children.children
    if len(heads) <= MOST_STACKED:
        table.className = _("{classname} stacks", classname=table.className)
        table.style = {f"--head-{place}": _quoted(_text(head)) for place, head in enumerate(heads, 1)}
    return table


def _text(part: Any) -> str:
    """What is read of a component."""
    if isinstance(part, list | tuple):
        return "".join(_text(each) for each in part)
    return _text(part.children) if hasattr(part, "children") else "" if part is None else str(part)


def _quoted(text: str) -> str:
    """As CSS writes a text: names of sites come from outside."""
    return json.dumps(re.sub(r"[\\\x00-\x1f]", " ", text), ensure_ascii=False).replace('\\"', "\\22 ")


def button(text: str, href: str, picture: str | None = None, quiet: bool = False) -> html.A:
    """A link that looks like a button."""
    parts = [text, icon(picture) if picture else None]
    # `is not None`: a component without children counts as false.
    return html.A([part for part in parts if part is not None], href=href, className="button button-quiet" if quiet else "button")


def note(kind: str, text: Any, picture: str = "info") -> html.Div:
    """A sentence that stands out; `kind` is info, late or failed."""
    return html.Div([icon(picture), html.Div(text)], className=f"note note-{kind}", role="note")
