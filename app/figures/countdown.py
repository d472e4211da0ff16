"""How long until something is due, or overdue, in words that go on while the page is about now (assets/23-countdown.js)."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component


def note(text: str, due_ns: int | None, look: str, *, is_missing: bool) -> Component:
    """The words as of the moment; those with a due time are counted down. Nothing announces them: who listens hears them when asked."""
    counted: dict[str, Any] = {"data-due": str(due_ns // 1_000_000)} if due_ns is not None else {}
    if counted and is_missing:
        counted["data-missing"] = "yes"
    return html.Span(text, className=look, **counted)


def clock(as_of_ns: int, zone: str) -> dict[str, str]:
    """What the page says of its moment: from when on, and by whose clocks, words go on."""
    return {"data-counts-from": str(as_of_ns // 1_000_000), "data-zone": zone}
