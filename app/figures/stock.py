"""How stock is told and drawn: why two systems differ, how accurate they were from snapshot to snapshot, what planning gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.empty import empty
from app.components.page import button
from app.components.tiles import name_of
from app.figures import marks, times, words
from app.figures.marks import NOTHING, Noted
from app.figures.promises import Word, share
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]
TALLEST = 3  # a column of three times as many differences as promised is cut there


CAUSES = {
    "lost": Word(_later("Lost"), "circle-dashed", "overdue", _later("One side has posted it; the other has not, and its time is over.")),
    "failed": Word(_later("Failed"), "circle-x", "failed", _later("One side has posted it; on the other the posting failed.")),
    "duplicated": Word(_later("Posted twice"), "copy", "inconsistent", _later("One side has posted it more than once.")),
    "quantity": Word(_later("Other quantity"), "shuffle", "inconsistent", _later("Both have posted it, but not the same quantity.")),
    "in_flight": Word(_later("On its way"), "circle-ellipsis", "moving", _later("One side has posted it; the other still has time.")),
    "unexplained": Word(
        _later("Unexplained"),
        "circle-question-mark",
        "late",
        _later("No movement explains it: a recount, a correction, a movement nobody told."),
    ),
    "not_comparable": Word(
        _later("Not comparable"), "unplug", "unjudged", _later("The units of the two sides cannot be converted: neither right nor wrong.")
    ),
}


def accuracy(good: int, bad: int) -> str:
    """97.43 %; without any key: no data."""
    return share(Fraction(good, good + bad)) if good + bad else _("no data")


def signed(value: Any, unit: str | None = None) -> str:
    """`+12 PC`, `−12 PC`, `0`."""
    text = words.with_unit(abs(value), unit)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else "0"


def money(value: float | None, currency: str | None) -> str:
    """12,431 EUR; nothing where nobody knows the value."""
    return "" if value is None else words.with_unit(round(value) if abs(value) >= 100 else round(value, 2), currency)


def apart(ns: int) -> str:
    """How far two snapshots are from each other."""
    return _("{duration} apart", duration=words.duration(ns / 1e9)) if ns else _("at the same time")


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
    if total:
        keys = _n("{number} key", "{number} keys", total)
        said += f", {_('{bad} of {keys} differ', bad=pair['bad'], keys=keys)}"
    said += f", {_('{number} not comparable', number=pair['not_comparable'])}" if pair["not_comparable"] else ""
    bar = html.I(className=f"pair-{kind}", style={"height": f"{max(height, 4):.1f}%"} if total else {})
    return html.A(bar, href=address(pair["pair_ns"]), className="pair", title=said, tabIndex=-1, **{"aria-label": said})


def _course(pairs: Sequence[Row]) -> str:
    decided = [pair for pair in pairs if pair["good"] + pair["bad"]]
    if not decided:
        return _("Nothing has been compared")
    worst = min(decided, key=lambda pair: Fraction(pair["good"], pair["good"] + pair["bad"]))
    return _n(
        "{number} pair of snapshots; the worst {accuracy}",
        "{number} pairs of snapshots; the worst {accuracy}",
        len(decided),
        accuracy=accuracy(worst["good"], worst["bad"]),
    )


def share_of(value: float) -> str:
    """A share that comes as a float: 98 %, 99.94 %; what is not all is never 100 %."""
    return f"{min(int(value * 10_000 + 1e-6) / 100, 99.99):g} %" if 0 < value < 1 else f"{value * 100:g} %"


def nothing_compared(site: str | None, systems: tuple[str, str]) -> Component:
    """What stands where no snapshot of stock has come; `systems` are the names of the other one and the reference."""
    other, reference = systems
    return empty(
        _("There is no stock snapshot of {site} yet", site=name_of(site)) if site else _("There is no stock snapshot yet"),
        _(
            "How accurate the {other} is against the {reference}, what differs, and the movement behind each difference "
            "would stand here. Configure a source of kind inventory_csv, or one that holds inventory.",
            other=other,
            reference=reference,
        ),
        button(_("How to"), links.to("docs", page="inventory")),
        button(_("Sources"), links.to("sources"), quiet=True),
        picture="inbox",
    )
