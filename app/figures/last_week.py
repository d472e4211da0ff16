"""Last week against the week before, promise by promise: was it kept, how much was good, and which cases broke it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import add
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.components.page import card, scrolling
from app.figures import promises, times
from metrics.calendars import SECOND_NS
from metrics.objectives.budget import Counts
from metrics.objectives.model import Objective
from metrics.objectives.status import Status
from metrics.texts import _, language

Href = Callable[[Objective, str, int, int], str]  # objective, outcome, from and to → its cases
NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Week:
    """From Monday to Sunday, in the enterprise's zone."""

    from_ns: int
    to_ns: int

    def of(self, status: Status) -> Counts | None:
        """What counts of the objective in this week; None where its window does not hold all of it day by day."""
        parts = [part for part in status.case_parts if part.from_ns >= self.from_ns and part.to_ns <= self.to_ns]
        if not parts or (parts[0].from_ns, parts[-1].to_ns) != (self.from_ns, self.to_ns):
            return None
        return reduce(add, (part.counts for part in parts), NOTHING)


def weeks(now_ns: int, zone: str) -> tuple[Week, Week]:
    """The last whole week, and the one before it."""
    today = times.local(now_ns, zone).date()
    monday = today - timedelta(days=today.weekday())
    bounds = [_midnight_ns(monday - timedelta(weeks=back), zone) for back in (0, 1, 2)]
    return Week(bounds[1], bounds[0]), Week(bounds[2], bounds[1])


def sentence(standing: Sequence[Status], now_ns: int, zone: str) -> str | None:
    """How many promises were kept; None where no week is known as a whole."""
    last, before = weeks(now_ns, zone)
    kept, decided = _kept(standing, last)
    if not decided:
        return None
    earlier, then = _kept(standing, before)
    if not then:
        return _("Last week {kept} of {decided} were kept.", kept=kept, decided=decided)
    return _(
        "Last week {kept} of {decided} were kept, the week before {earlier} of {then}.",
        kept=kept,
        decided=decided,
        earlier=earlier,
        then=then,
    )


def last_week(standing: Sequence[Status], now_ns: int, zone: str, href: Href) -> Component | None:
    """One line for each promise, what was broken first."""
    last, before = weeks(now_ns, zone)
    known = [(status, counts) for status in standing if (counts := last.of(status)) is not None]
    if not known:
        return None
    known.sort(key=lambda each: (_is_kept(each[0], each[1]) is not False, each[0].objective.title))
    heads = html.Tr([html.Th(name) for name in (_("Promise"), _("State"), _("Last week"), _("Week before"), _("Broke it"), _("Kept it"))])
    lines = [_line(status, counts, before.of(status), last, href) for status, counts in known]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    days = _("{first} to {last}", first=times.day(last.from_ns, zone), last=times.day(last.to_ns - 1, zone))
    return card(_("Last week"), scrolling(table, _("Last week")), aside=html.Span(days, className="muted"), id="last-week")


def _line(status: Status, counts: Counts, earlier: Counts | None, week: Week, href: Href) -> Component:
    objective = status.objective
    word = {True: promises.STATES["met"], False: promises.STATES["breached"], None: promises.STATES["no_data"]}[_is_kept(status, counts)]
    return html.Tr(
        [
            html.Td(
                [
                    html.B(_(objective.title)),
                    html.Div(_("promised {promise}", promise=promises.promise(objective.target)), className="muted"),
                ]
            ),
            html.Td(html.Span([icon(word.icon), word.word], className=f"badge kind-{word.kind}")),
            html.Td(_share(counts, objective), className="num nowrap"),
            html.Td(_share(earlier, objective), className="num nowrap"),
            _count(counts.bad, href(objective, "bad", week.from_ns, week.to_ns)),
            _count(counts.good, href(objective, "good", week.from_ns, week.to_ns)),
        ]
    )


def _count(number: int, href: str) -> Component:
    return html.Td(html.A(language().number(number), href=href) if number else "0", className="num")


def _share(counts: Counts | None, objective: Objective) -> Component | str:
    if counts is None or counts.attainment is None:
        return html.Span(_("no data"), className="muted")
    return promises.share(counts.attainment, objective.target)


def _is_kept(status: Status, counts: Counts) -> bool | None:
    """None where nobody can say."""
    if counts.attainment is None or not counts.is_covered:
        return None
    return counts.attainment >= status.objective.target


def _kept(standing: Sequence[Status], week: Week) -> tuple[int, int]:
    said = [_is_kept(status, counts) for status in standing if (counts := week.of(status)) is not None]
    return said.count(True), len(said) - said.count(None)


def _midnight_ns(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * SECOND_NS
