"""How stock is told and drawn: why two systems differ, how accurate they were from snapshot to snapshot, what planning gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.figures import marks, times, words
from app.figures.marks import NOTHING, Noted
from app.figures.promises import Word, share

Row = Mapping[str, Any]
TALLEST = 3  # a column of three times as many differences as promised is cut there


CAUSES = {
    "lost": Word("Lost", "circle-dashed", "overdue", "One side has posted it; the other has not, and its time is over."),
    "failed": Word("Failed", "circle-x", "failed", "One side has posted it; on the other the posting failed."),
    "duplicated": Word("Posted twice", "copy", "inconsistent", "One side has posted it more than once."),
    "quantity": Word("Other quantity", "shuffle", "inconsistent", "Both have posted it, but not the same quantity."),
    "in_flight": Word("On its way", "circle-ellipsis", "moving", "One side has posted it; the other still has time."),
    "unexplained": Word(
        "Unexplained", "circle-question-mark", "late", "No movement explains it: a recount, a correction, a movement nobody told."
    ),
    "not_comparable": Word(
        "Not comparable", "unplug", "unjudged", "The units of the two sides cannot be converted: neither right nor wrong."
    ),
}


def accuracy(good: int, bad: int) -> str:
    """97.43 %; without any key: no data."""
    return share(Fraction(good, good + bad)) if good + bad else "no data"


def signed(value: Any, unit: str | None = None) -> str:
    """`+12 PC`, `−12 PC`, `0`."""
    text = words.with_unit(abs(value), unit)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else "0"


def money(value: float | None, currency: str | None) -> str:
    """12,431 EUR; nothing where nobody knows the value."""
    return "" if value is None else words.with_unit(round(value) if abs(value) >= 100 else round(value, 2), currency)


def apart(ns: int) -> str:
    """How far two snapshots are from each other."""
    return f"{words.duration(ns / 1e9)} apart" if ns else "at the same time"


def columns(pairs: Sequence[Row], goal: Fraction, zone: str, address: Callable[[int], str], noted: Noted = NOTHING) -> Component:
    """One column for each pair of snapshots, the oldest first: the share of keys that differ. The line is what the promise allows."""
    allowed = 1 - goal
    parts = [
        marks.behind(noted, len(pairs), "note-marks-pairs"),
        html.Span(className="pairs-allowed"),
        *(_column(pair, allowed, zone, address) for pair in pairs),
    ]
    shown = html.Span(parts, className="pairs", role="group", **{"aria-label": _course(pairs)})
    return html.Div([shown, marks.lane(noted, len(pairs), "note-marks-pairs")])


def _column(pair: Row, allowed: Fraction, zone: str, address: Callable[[int], str]) -> Component:
    total = pair["good"] + pair["bad"]
    missed = Fraction(pair["bad"], total) if total else Fraction(0)
    height = 100 * float(min(missed / allowed, Fraction(TALLEST))) / TALLEST if allowed else 100.0 * bool(missed)
    kind = "none" if not total else "within" if missed <= allowed else "over"
    said = f"{times.full(pair['pair_ns'], zone)}: {accuracy(pair['good'], pair['bad'])}"
    said += f", {pair['bad']:,} of {words.count(total, 'key')} differ" if total else ""
    said += f", {pair['not_comparable']:,} not comparable" if pair["not_comparable"] else ""
    bar = html.I(className=f"pair-{kind}", style={"height": f"{max(height, 4):.1f}%"} if total else {})
    return html.A(bar, href=address(pair["pair_ns"]), className="pair", title=said, tabIndex=-1, **{"aria-label": said})


def _course(pairs: Sequence[Row]) -> str:
    decided = [pair for pair in pairs if pair["good"] + pair["bad"]]
    if not decided:
        return "Nothing has been compared"
    worst = min(decided, key=lambda pair: Fraction(pair["good"], pair["good"] + pair["bad"]))
    return f"{words.count(len(decided), 'pair')} of snapshots; the worst {accuracy(worst['good'], worst['bad'])}"


def share_of(value: float) -> str:
    """A share that comes as a float: 98 %, 99.94 %; what is not all is never 100 %."""
    return f"{min(int(value * 10_000 + 1e-6) / 100, 99.99):g} %" if 0 < value < 1 else f"{value * 100:g} %"
