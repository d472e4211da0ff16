"""Objectives: do we keep our promises, what is left of each budget, and how fast is it spent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import annotated, links, moment, welcome
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.components.tiles import name_of
from app.figures import promises, times, words
from app.figures.last_week import last_week, sentence
from app.instants import instant_text
from app.pages.errors import WrongAddress
from metrics.alerts import Alert, alerts_of
from metrics.keys import unknown
from metrics.objectives.budget import Part
from metrics.objectives.model import Objective
from metrics.objectives.ringing import Ring
from metrics.objectives.status import Status, clock_faults, statuses
from metrics.objectives.windows import MINUTE_NS, told_minutes
from metrics.texts import _, _later, _later_n, _n, language

ORDER = tuple(promises.STATES)
WINDOWS = {  # unit → over the last of them, over this one of the calendar
    "m": (_later_n("the last minute", "the last {number} minutes"), _later_n("this minute", "this period of {number} minutes")),
    "h": (_later_n("the last hour", "the last {number} hours"), _later_n("this hour", "this period of {number} hours")),
    "d": (_later_n("the last day", "the last {number} days"), _later_n("this day", "this period of {number} days")),
    "w": (_later_n("the last week", "the last {number} weeks"), _later_n("this week", "this period of {number} weeks")),
    "M": (_later_n("the last month", "the last {number} months"), _later_n("this month", "this period of {number} months")),
    "Q": (_later_n("the last quarter", "the last {number} quarters"), _later_n("this quarter", "this period of {number} quarters")),
    "Y": (_later_n("the last year", "the last {number} years"), _later_n("this year", "this period of {number} years")),
}
SEVERITIES = {"page": _later("Page"), "ticket": _later("Ticket")}


@dataclass(frozen=True, slots=True)
class View:
    """What every part of the page needs: what is asked, the enterprise's zone, the moment, the past one for links, the objective that is
    open, and what is in none of the figures."""

    at: reader.AsOf
    zone: str
    now_ns: int
    past: Mapping[str, Any]
    opened: str | None
    clock_faults: Mapping[str, int]  # by objective


def layout(**query: Any) -> Component:
    at, opened = reader.as_of(query), links.one(query.get("objective"))
    with reader.reader(at) as now:
        standing, zone = statuses(now), now.timezone()
        faults = clock_faults(now, standing)
    if opened and opened not in (names := [status.objective.name for status in standing]):
        raise WrongAddress(f"N{unknown('objective', opened, names)[1:]}")
    view = View(at, zone, at.moment.as_of_ns, {name: query[name] for name in ("as_of", "known_at") if name in query}, opened, faults)
    ordered = sorted(standing, key=lambda status: ORDER.index(status.state))
    body: list[Component | None] = [_nothing()]
    if standing:
        week = last_week(ordered, view.now_ns, zone, lambda promise, outcome, begin, end: _cases(promise, outcome, begin, end, view))
        rings = _alerts(alerts_of(standing), {s.objective.name: s for s in standing}, view)
        # Who answers for the promises asks about last week, who keeps them what rings now; nothing is left out for either.
        body = [week, rings, _list(ordered, view)] if current_user.account.reads_first("reports") else [rings, _list(ordered, view), week]
    cost = button(_("What it cost"), links.to("business-case", **view.past), "banknote", quiet=True)
    heading = head(_("Objectives"), [_summary(standing), *_week(standing, view)], cost)
    return html.Div([heading, moment.banner(at, zone), *welcome.first_start(at), *body], className="objectives")


def _summary(standing: Sequence[Status]) -> str:
    counts = {state: sum(status.state == state for status in standing) for state in ORDER}
    told = [f"{words.number(counts[state])} {word.inside}" for state, word in promises.STATES.items() if counts[state]]
    if not standing:
        return ""
    said = _n("Of {number} promise: {states}.", "Of {number} promises: {states}.", len(standing), states=", ".join(told))
    return said if current_user.sees.is_all else f"{said} {_('Only what you may see counts.')}"


def _week(standing: Sequence[Status], view: View) -> list[Any]:
    """How last week went; its table stands below."""
    said = sentence(standing, view.now_ns, view.zone)
    return [" ", html.A(said, href="#last-week")] if said else []


def _nothing() -> Component:
    return empty(
        _("No promise is made"),
        _("Each objective, what is left of its error budget and how fast it is spent would stand here. They come from OpenSLO files."),
        button(_("How to write them"), links.to("docs", page="objectives"), quiet=True),
        picture="circle-dashed",
    )


# -- what rings --------------------------------------------------------------------------------------------------------


def _alerts(ringing: Sequence[Alert], standing: Mapping[str, Status], view: View) -> Component:
    if not ringing:
        return card(_("Alerts"), html.P(_("None rings: no budget burns faster than it may."), className="muted"))
    names = dict.fromkeys(alert.objective for alert in ringing)
    lines = [_alert([alert for alert in ringing if alert.objective == name], standing[name].objective, view) for name in names]
    return card(
        _n("Alerts ring for {number} promise", "Alerts ring for {number} promises", len(names)),
        html.Ul(lines, className="objectives-alerts"),
    )


def _alert(ringing: Sequence[Alert], objective: Objective, view: View) -> Component:
    """The first in a sentence, and that others ring as well."""
    alert, *others = ringing
    severe = alert.severity == "page"
    badge = html.Span(
        [icon("triangle-alert"), _(SEVERITIES.get(alert.severity, alert.severity))],
        className=f"badge kind-{'failed' if severe else 'late'}",
    )
    since = times.brief(alert.since_ns, view.zone, view.now_ns)
    begun = _("since before {time}", time=since) if alert.is_longer else _("since {time}", time=since)
    href = _decided(objective, alert.long_minutes, alert.at_ns, view)
    parts = [html.B(html.A(_(alert.title), href=_open(alert.objective, view))), " ", html.Span(begun, className="muted nowrap")]
    also = (
        f" {_('So it does over {spans}.', spans=language().listed([told_minutes(other.long_minutes) for other in others]))}"
        if others
        else ""
    )
    pace = html.Div(words.unbroken(f"{words.sentence(alert.pace)}{also}"), className="muted")
    return html.Li(
        [badge, html.Div([html.Div(parts), html.Div([words.unbroken(f"{alert.broke}. "), html.A(_("The cases"), href=href)]), pace])]
    )


# -- the promises ------------------------------------------------------------------------------------------------------


def _list(standing: Sequence[Status], view: View) -> Component:
    return card(_("Promises"), *[_objective(status, view) for status in standing], aside=_legend())


def _legend() -> Component:
    parts = [
        html.Span([html.I(className="budget-over"), _("overspent")]),
        html.Span([html.I(className="budget-left"), _("left of the budget")]),
    ]
    return html.Div(parts, className="legend objectives-legend")


def _objective(status: Status, view: View) -> Component:
    objective = status.objective
    # The browser opens and closes it; the address says which is open when the page comes.
    return html.Details(
        [_line(status, view), _inside(status, view)],
        open=objective.name == view.opened,
        id=f"objective-{objective.name}",
        className="objective",
    )


def _line(status: Status, view: View) -> Component:
    objective, word, known = status.objective, promises.STATES[status.state], status.state != "no_data"
    attained = status.units.attainment
    figure = promises.share(attained, objective.target) if known and attained is not None else _("no data")
    slices = objective.slices.minutes if objective.slices else None
    left = promises.budget_words(status.budget, slices) if known else _("nobody can say")
    faults = view.clock_faults.get(objective.name, 0)
    left_out = html.Span(_n("without {number} clock fault", "without {number} clock faults", faults)) if faults else None
    state = html.Span([icon(word.icon), word.word], className=f"badge kind-{word.kind}", title=word.meaning)
    return html.Summary(
        [
            html.Span(state, className="objective-state"),
            html.Span([html.B(_(objective.title)), html.Span(_about(objective), className="muted")], className="objective-name"),
            html.Span(
                [
                    html.B(figure, className="num" if known else "muted"),
                    html.Span(_("promised {promise}", promise=promises.promise(objective.target))),
                    left_out,
                ],
                className="objective-attained",
            ),
            html.Span([promises.budget_bar(status.budget, known), html.Span(left)], className="objective-budget"),
            icon("chevron-right"),
        ]
    )


def _about(objective: Objective) -> str:
    """What it is limited to, and over which time."""
    limits = [name_of(objective.site)] if objective.site else []
    limits += [limit for limit in (objective.workflow, objective.partner) if limit]
    count, unit = objective.window.duration.count, objective.window.duration.unit
    rolling, period = WINDOWS[unit]
    over = _n(*rolling, count) if objective.window.is_rolling else _n(*period, count)
    return ", ".join([*limits, over])


def _inside(status: Status, view: View) -> Component:
    objective = status.objective
    parts = [
        html.P(_(objective.description)) if objective.description else None,
        _counts(status, view),
        html.P(_ahead(status, view)),
        html.H3(
            _("By day") if len(status.parts) < 2 or status.parts[0].to_ns - status.parts[0].from_ns <= 25 * 60 * MINUTE_NS else _("By week")
        ),
        *_by_day(status, view),
        _tiers(status, view),
        html.P(html.A([f"{_('Only this one')} ", icon("link")], href=_open(objective.name, view)), className="no-print"),
    ]
    return html.Div([part for part in parts if part is not None], className="objective-inside")


def _by_day(status: Status, view: View) -> list[Component]:
    """The columns, and below them what was noted in their time."""
    objective, parts = status.objective, _days(status)
    limits = ([name] if name else () for name in (objective.site, objective.workflow))
    noted = annotated.on_columns(view.at, view.zone, [(part.from_ns, part.to_ns) for part in parts], *limits)
    columns = promises.days(parts, objective.target, view.zone, bool(objective.slices), lambda part: _part(objective, part, view), noted)
    below = annotated.below(noted, status.from_ns, status.to_ns, site=objective.site, workflow=objective.workflow)
    return [columns, below]


def _days(status: Status) -> list[Part]:
    """In units of the budget; a day of slices in which no case was decided has no data, though no slice of it was bad."""
    both = zip(status.parts, status.case_parts, strict=True)
    return [part if cases.counts.decided else cases for part, cases in both]


def _counts(status: Status, view: View) -> Component:
    """The figures, each a link to its cases."""
    shown = [("good", _("good")), ("bad", _("bad")), ("open", _("open")), ("unjudged", _("cannot be judged"))]
    parts: list[Any] = []
    for outcome, word in shown:
        number = getattr(status.cases, outcome)
        href = _cases(status.objective, outcome, status.from_ns, status.to_ns, view)
        parts += [html.A(f"{words.number(number)} {word}", href=href) if number else html.Span(f"0 {word}", className="muted"), ", "]
    if faults := view.clock_faults.get(status.objective.name, 0):
        href = _cases(status.objective, "clock_fault", status.from_ns, status.to_ns, view)
        parts += [
            html.A(
                _n("{number} clock fault", "{number} clock faults", faults),
                href=href,
                title=_("The second step before the first: in none of the figures."),
            ),
            ", ",
        ]
    span = _("from {first} to {last}.", first=times.full(status.from_ns, view.zone), last=times.full(status.to_ns, view.zone))
    slices = (
        [f" {_('In slices: {good} good, {bad} bad.', good=status.units.good, bad=status.units.bad)}"] if status.objective.slices else []
    )
    observed = status.units.observed
    seen = (
        [] if observed is None or observed == 1 else [f" {_('{share} of what was due could be judged.', share=promises.share(observed))}"]
    )
    return html.P([*parts[:-1], " ", span, *slices, *seen])


def _ahead(status: Status, view: View) -> str:
    """What becomes of the budget at the pace of now."""
    pace = words.duration(status.objective.pace_minutes * 60)
    if status.state == "no_data":
        return promises.STATES["no_data"].meaning
    if status.budget.left < 0:
        return (
            _("The budget is spent. It comes back as the bad cases leave the window.")
            if status.objective.window.is_rolling
            else (_("The budget of this period is spent; the next one begins {time}.", time=times.full(status.end_ns, view.zone)))
        )
    if status.burn is None:
        return _("Nothing was decided in the last {pace}, so nobody can say how fast the budget is spent.", pace=pace)
    burning = _(
        "Over the last {pace} the budget burned {times} as fast as allowed.",
        pace=pace,
        times=promises.times_allowed(status.burn),
    )
    if status.exhausted_ns is None:
        return f"{burning} {_('At this pace it lasts.')}"
    spent = times.full(status.exhausted_ns, view.zone)
    lasts = words.span_of(status.to_ns, status.exhausted_ns)
    return f"{burning} {_('At this pace it is spent in {duration}, on {time}.', duration=lasts, time=spent)}"


def _tiers(status: Status, view: View) -> Component:
    heads = html.Tr([html.Th(name) for name in (_("Alert"), _("Rings from"), _("Long window"), _("Short window"), "")])
    rows = [_tier(status.objective, ring, view) for ring in status.rings]
    never = [html.P(_never(status.objective), className="muted")] if status.objective.never else []
    if not rows:
        return html.Div([html.P(_("No alert is asked for."), className="muted"), *never])
    table = html.Table([html.Thead(heads), html.Tbody(rows)], className="table")
    return html.Div([html.H3(_("How fast the budget burns")), scrolling(table, _("Burn rates")), *never])


def _tier(objective: Objective, ring: Ring, view: View) -> Component:
    cells = [
        html.Td(_(SEVERITIES.get(ring.tier.severity, ring.tier.severity))),
        html.Td(f"{words.amount(float(ring.tier.threshold))}×", className="num"),
    ]
    for minutes, burn, counts in ((ring.tier.long, ring.long_burn, ring.long), (ring.tier.short, ring.short_burn, ring.short)):
        figure: Any = html.Span(promises.times_allowed(burn), className="muted" if burn is None else "")
        if ring.at_ns is not None and counts.bad:
            told = promises.bad_words(counts, bool(objective.slices))
            figure = html.A(promises.times_allowed(burn), href=_decided(objective, minutes, ring.at_ns, view), title=told)
        cells.append(
            html.Td(
                [figure, html.Span(f" {_('in {duration}', duration=words.duration(minutes * 60))}", className="muted")],
                className="num nowrap",
            )
        )
    return html.Tr([*cells, html.Td(_ring(ring, view))])


def _ring(ring: Ring, view: View) -> Component:
    if ring.at_ns is None:
        return html.Span([icon("unplug"), f" {_('Nobody knows: too little can be judged')}"], className="mark-unjudged")
    said = _("Rings") if ring.is_ringing else _("Quiet")
    if ring.is_frozen:
        time = times.brief(ring.at_ns, view.zone, view.now_ns)
        said = (
            _("Rings, as it was {time} before the feed began to lag", time=time)
            if ring.is_ringing
            else _("Quiet, as it was {time} before the feed began to lag", time=time)
        )
    if ring.is_ringing:
        return html.Span([icon("triangle-alert"), f" {said}"], className="mark-failed")
    return html.Span([icon("check"), f" {said}"], className="muted")


def _never(objective: Objective) -> str:
    thresholds = ", ".join(f"{words.amount(float(tier.threshold))}×" for tier in objective.never)
    most = words.amount(f"{float(objective.most_burn):.4g}")
    return _(
        "Not asked for: {thresholds}. With a promise of {promise} the budget burns at most {most} times as "
        "fast as allowed, even when everything is bad.",
        thresholds=thresholds,
        promise=promises.promise(objective.target),
        most=most,
    )


# -- where figures lead ------------------------------------------------------------------------------------------------


def _cases(objective: Objective, outcome: str, from_ns: int, to_ns: int, view: View, by: str | None = None) -> str:
    bounds = {"from": instant_text(from_ns), "to": instant_text(to_ns)}
    limits = {"site": objective.site, "workflow": objective.workflow, "partner": objective.partner}
    return links.to("cases", metric=objective.metric, outcome=outcome, by=by, **limits, **bounds, **view.past)


def _decided(objective: Objective, minutes: int, at_ns: int, view: View) -> str:
    """The bad ones that a burn rate counts."""
    return _cases(objective, "bad", at_ns - objective.whole_steps(minutes) * MINUTE_NS, at_ns, view, by="due")


def _part(objective: Objective, part: Part, view: View) -> str:
    return _cases(objective, "bad", part.from_ns, part.to_ns, view)


def _open(name: str, view: View) -> str:
    return links.to("objectives", objective=name, **view.past)
