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
from metrics.texts import _, _later, _n

TALLEST = 3  # a column that is three times as high as allowed is cut there


@dataclass(frozen=True, slots=True)
class Word:
    """A state, or a cause, as people read it; `kind` names its colours."""

    said: str
    icon: str
    kind: str
    meant: str
    said_inside: str = ""

    @property
    def inside(self) -> str:
        """The word inside of a sentence."""
        return _(self.said_inside or self.said)

    @property
    def word(self) -> str:
        return _(self.said)

    @property
    def meaning(self) -> str:
        return _(self.meant)


STATES = {
    "breached": Word(
        _later("Broken"), "circle-x", "failed", _later("More was bad than the promise allows: the budget is overspent."), _later("broken")
    ),
    "at_risk": Word(
        _later("At risk"),
        "triangle-alert",
        "late",
        _later("Kept so far, but an alert rings, or the budget will be spent soon."),
        _later("at risk"),
    ),
    "met": Word(_later("Kept"), "circle-check", "ok", _later("At least as much was good as promised."), _later("kept")),
    "no_data": Word(
        _later("No data"),
        "circle-dashed",
        "nodata",
        _later("Nothing was decided, or too little of what was due could be judged."),
        _later("no data"),
    ),
}


def share(value: Fraction, like: Fraction | None = None) -> str:
    """98.74 %: cut, never rounded up, so that what misses the promise does not look as if it kept it. As fine as `like`, and one more."""
    digits = 2 if like is None else max(2, _digits(like * 100) + 1)
    cut = Fraction(floor(value * 100 * 10**digits), 10**digits)
    return _("{percent} %", percent=words.number(float(cut), digits) if 0 < value < 1 else _plain(value * 100))


def promise(target: Fraction) -> str:
    """99.5 %"""
    return _("{percent} %", percent=_plain(target * 100))


def _plain(value: Fraction) -> str:
    """As many digits as it has: 99.5"""
    return words.amount(f"{float(value):g}")


def times_allowed(burn: Fraction | None) -> str:
    """2.1×; nothing was due: no data."""
    if burn is None:
        return _("no data")
    return f"{words.number(float(burn), 0 if burn >= 100 else 1)}×"


def amount(value: Fraction, slice_minutes: int | None) -> str:
    """So many cases; with slices so much time."""
    if slice_minutes:
        return words.duration(float(abs(value) * slice_minutes * 60)) if value else _("nothing")
    whole = abs(value)
    if whole >= 10 or whole.denominator == 1:
        return _n("{number} case", "{number} cases", floor(whole))
    tenths = f"{float(whole):.1f}"
    if tenths == "0.0":
        return _("less than {least} cases", least=words.number(0.1, 1))  # what is over by a little is over
    return _("{cases} cases", cases=words.number(float(tenths), 1))


def budget_words(budget: Budget, slice_minutes: int | None) -> str:
    """`12 cases left of 40 cases`, or by how much it is overspent."""
    if budget.left < 0:
        return _("{over} over the {allowed} allowed", over=amount(budget.left, slice_minutes), allowed=amount(budget.total, slice_minutes))
    return _("{left} left of {allowed}", left=amount(budget.left, slice_minutes), allowed=amount(budget.total, slice_minutes))


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
    if in_slices:
        return _("{bad} of {decided} slices bad", bad=counts.bad, decided=counts.decided)
    return _("{bad} of {decided} bad", bad=counts.bad, decided=counts.decided)


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
        return html.Span(html.I(className="day-none"), className="day", title=_("{when}: no data", when=when))
    height = min(float(burn), TALLEST) / TALLEST * 100
    kind = "day-over" if burn > 1 else "day-within"
    said = _(
        "{when}: {share} good, {bad}",
        when=when,
        share=share(part.counts.attainment, target),
        bad=bad_words(part.counts, in_slices),
    )
    mark = html.I(className=kind, style={"height": f"max(2px, {height:.1f}%)"})
    return html.A(mark, href=href, className="day", title=said, **{"aria-label": said})


def _when(part: Part, zone: str) -> str:
    first, last = times.day(part.from_ns, zone), times.day(part.to_ns - 1, zone)
    return first if first == last else _("{first} to {last}", first=first, last=last)


def _digits(value: Fraction) -> int:
    """Places behind the point."""
    text = f"{float(value):.10f}".rstrip("0")
    return len(text.partition(".")[2])
