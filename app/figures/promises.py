"""How promises are drawn and worded: shares that never flatter, what is left of a budget as a bar, the days of a window as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from dash import html
from dash.development.base_component import Component

from app.figures import marks, times, words
from app.figures.marks import NOTHING, Noted
from metrics.objectives.budget import Budget, Counts, Part, burn_rate

TALLEST = 3  # a column that is three times as high as allowed is cut there


@dataclass(frozen=True, slots=True)
class Word:
    """A state, or a cause, as people read it; `kind` names its colours."""

    word: str
    icon: str
    kind: str
    meaning: str


STATES = {
    "breached": Word("Broken", "circle-x", "failed", "More was bad than the promise allows: the budget is overspent."),
    "at_risk": Word("At risk", "triangle-alert", "late", "Kept so far, but an alert rings, or the budget will be spent soon."),
    "met": Word("Kept", "circle-check", "ok", "At least as much was good as promised."),
    "no_data": Word("No data", "circle-dashed", "nodata", "Nothing was decided, or too little of what was due could be judged."),
}


def share(value: Fraction, like: Fraction | None = None) -> str:
    """98.74 %: cut, never rounded up, so that what misses the promise does not look as if it kept it. As fine as `like`, and one more."""
    digits = 2 if like is None else max(2, _digits(like * 100) + 1)
    cut = Fraction(floor(value * 100 * 10**digits), 10**digits)
    return f"{float(cut):.{digits}f} %" if 0 < value < 1 else f"{float(value * 100):g} %"


def promise(target: Fraction) -> str:
    """99.5 %"""
    return f"{float(target * 100):g} %"


def times_allowed(burn: Fraction | None) -> str:
    """2.1×; nothing was due: no data."""
    if burn is None:
        return "no data"
    return f"{float(burn):.0f}×" if burn >= 100 else f"{float(burn):.1f}×"


def amount(value: Fraction, slice_minutes: int | None) -> str:
    """So many cases; with slices so much time."""
    if slice_minutes:
        return words.duration(float(abs(value) * slice_minutes * 60)) if value else "nothing"
    whole = abs(value)
    number = f"{floor(whole):,}" if whole >= 10 or whole.denominator == 1 else f"{float(whole):.1f}"
    number = "less than 0.1" if number == "0.0" else number  # what is over by a little is over
    return f"{number} {'case' if number == '1' else 'cases'}"


def budget_words(budget: Budget, slice_minutes: int | None) -> str:
    """`12 cases left of 40 cases`, or by how much it is overspent."""
    if budget.left < 0:
        return f"{amount(budget.left, slice_minutes)} over the {amount(budget.total, slice_minutes)} allowed"
    return f"{amount(budget.left, slice_minutes)} left of {amount(budget.total, slice_minutes)}"


def budget_bar(budget: Budget, has_data: bool) -> Component:
    """What is left, from the middle to the right; what is overspent, to the left; nothing but the track where nobody knows."""
    left = budget.share_left
    if not has_data or left is None:
        return html.Span(className="budget budget-nodata", **{"aria-hidden": "true"})
    size = min(abs(float(left)), 1) * 50
    style = {"width": f"{size:.2f}%", ("left" if left >= 0 else "right"): "50%"}
    kind = "budget-left" if left >= 0 else "budget-over"
    return html.Span(html.I(className=kind, style=style), className="budget", **{"aria-hidden": "true"})


def bad_words(counts: Counts, in_slices: bool) -> str:
    """`5 of 19 bad`, the counts behind a burn rate; slices of time are called so, for they are no cases."""
    return f"{counts.bad:,} of {counts.decided:,}{' slices' if in_slices else ''} bad"


def days(
    parts: Sequence[Part], target: Fraction, zone: str, in_slices: bool, href: Callable[[Part], str], noted: Noted = NOTHING
) -> Component:
    """A column for every day (of long windows, week): how much of what is allowed was bad. The line is what is allowed."""
    columns = (_day(part, target, zone, in_slices, href(part)) for part in parts)
    shown = [marks.behind(noted, len(parts), "note-marks-days"), html.I(className="days-allowed"), *columns]
    return html.Div([html.Div(shown, className="days"), marks.lane(noted, len(parts), "note-marks-days")])


def _day(part: Part, target: Fraction, zone: str, in_slices: bool, href: str) -> Component:
    burn, when = burn_rate(part.counts, target), _when(part, zone)
    if burn is None or part.counts.attainment is None:
        return html.Span(html.I(className="day-none"), className="day", title=f"{when}: no data")
    height = min(float(burn), TALLEST) / TALLEST * 100
    kind = "day-over" if burn > 1 else "day-within"
    said = f"{when}: {share(part.counts.attainment, target)} good, {bad_words(part.counts, in_slices)}"
    mark = html.I(className=kind, style={"height": f"max(2px, {height:.1f}%)"})
    return html.A(mark, href=href, className="day", title=said, **{"aria-label": said})


def _when(part: Part, zone: str) -> str:
    first, last = times.day(part.from_ns, zone), times.day(part.to_ns - 1, zone)
    return first if first == last else f"{first} to {last}"


def _digits(value: Fraction) -> int:
    """Places behind the point."""
    text = f"{float(value):.10f}".rstrip("0")
    return len(text.partition(".")[2])
