"""Clocks that differ: which system's is behind which, by how much at least, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.page import card, note
from app.figures import words
from metrics.texts import _, _n

LEAST_NS = 100_000_000  # a tenth of a second: less is what networks and rounding do


def clocks(rows: Sequence[Mapping[str, Any]]) -> Component | None:
    """A sentence for each pair of systems; None when no message was received before it was sent."""
    if not rows:
        return None
    told = html.Ul([html.Li(sentence(row)) for row in rows], className="source-troubles")
    advice = _("Times are shown as they were told, and nothing is corrected: set the clocks right (NTP) on the machines of these systems.")
    return card(_("Clocks"), note("late", [advice, told], picture="clock-alert"), id="clocks")


def sentence(row: Mapping[str, Any]) -> str:
    """`behind_ns` is what the earliest message shows; the fastest answer back shows that it is not more than `ahead_ns`."""
    behind, back = int(row["behind_ns"]), row["ahead_ns"]
    slots = {"receiver": row["receiver"], "sender": row["sender"], "least": words.duration(behind / 1e9)}
    if back is not None and back >= behind:
        slots["most"] = words.duration(back / 1e9)
        clock = _("The clock of {receiver} is behind that of {sender} by at least {least}, at most {most}:", **slots)
    else:
        clock = _("The clock of {receiver} is behind that of {sender} by at least {least}:", **slots)
    early = _n(
        "{number} of {messages} was received before it was sent.",
        "{number} of {messages} were received before they were sent.",
        row["early"],
        messages=_n("{number} message", "{number} messages", int(row["messages"])),
    )
    return f"{clock} {early}"
