"""Cases: what does a figure of a metric count, one by one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.figures import promises, times, words
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages import stock_cases
from app.pages.errors import WrongAddress
from app.pages.narrowing import kept_of, stretch_of, unknown_site
from metrics.cases import OUTCOMES, Cases, Counted, cases, counted
from metrics.catalog import Metric
from metrics.keys import unknown
from metrics.texts import _, _later, _n, _parts

Row = Mapping[str, Any]
USUAL = "7d"
REACHED = {"yes": _later("Only what was reached"), "no": _later("Only what was not reached yet")}  # `reached` in the address
BY_DUE = "due"  # `by` in the address: the period is that in which promises fell due
WORDS = {  # outcome → word, icon, colour, meaning
    "good": (_later("In time"), "circle-check", "ok", _later("as promised")),
    "bad": (_later("Not kept"), "circle-x", "failed", _later("late, failed, or past its due time")),
    "open": (_later("Open"), "circle-ellipsis", "moving", _later("still inside its time")),
    "unjudged": (_later("Cannot judge"), "unplug", "unjudged", _later("the feed it would come from lags")),
    "clock_fault": (_later("Clock fault"), "shuffle", "inconsistent", _later("the second step before the first")),
}
ABSENT = {  # what none of the cases did
    "good": _later("No case kept the promise in this period"),
    "bad": _later("No case broke the promise in this period"),
    "open": _later("No case is open in this period"),
    "unjudged": _later("No case waits for a feed in this period"),
    "clock_fault": _later("No case has a clock fault in this period"),
}


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        metric, asked, start = *_asked(query, at.moment.as_of_ns), first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        if wrong_site := asked.site and unknown_site(asked.site, now):
            raise WrongAddress(wrong_site)
        if metric.name == stock_cases.METRIC:
            return stock_cases.drawn(metric, asked, now, at, start, query)
        summed, rows, zone = counted(now, asked), rows_of(cases(now, asked, start, start + ROWS)), now.timezone()
    kept = kept_of(query)
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    total = summed.outcomes[asked.outcome] if asked.outcome else summed.total
    return html.Div(
        [
            head(_(metric.title), _(metric.question)),
            moment.banner(at, zone),
            _figures(metric, asked, summed, kept),
            _list(rows, metric, asked, zone, past) if rows else _nothing(asked, total),
            pager(start, total, lambda page: links.to("cases", **{**kept, "page": page})),
        ]
    )


def _asked(query: Mapping[str, Any], as_of_ns: int) -> tuple[Metric, Cases]:
    """The metric and which of its cases. Raises ValueError with a sentence."""
    known = {metric.name: metric for metric in reader.definitions().metrics}
    name, outcome = (links.one(query.get(key)) for key in ("metric", "outcome"))
    if not name:
        raise ValueError(_("No metric is named: the figures of other pages open this list."))
    if name not in known:
        raise ValueError(words.sentence(unknown(_("metric"), name, known)))
    if outcome is not None and outcome not in OUTCOMES:
        raise ValueError(words.sentence(unknown(_("outcome"), outcome, OUTCOMES)))
    from_ns, until_ns = stretch_of(query, USUAL, as_of_ns)
    to_ns = as_of_ns + 1 if until_ns is None else until_ns
    site, workflow, partner, counted_by = (links.one(query.get(key)) for key in ("site", "workflow", "partner", "by"))
    if counted_by not in (None, BY_DUE):
        raise ValueError(words.sentence(unknown(_("way to count"), counted_by, [BY_DUE])))
    reached = links.one(query.get("reached"))
    if reached is not None and reached not in REACHED:
        raise ValueError(words.sentence(unknown(_("way to be reached"), reached, REACHED)))
    is_reached = None if reached is None else reached == "yes"
    milestone, why = links.one(query.get("milestone")), links.one(query.get("why"))
    broke = (milestone, why) if milestone and why else None
    return known[name], Cases(name, from_ns, to_ns, site, outcome, workflow, partner, counted_by == BY_DUE, is_reached, broke)


def _figures(metric: Metric, asked: Cases, summed: Counted, kept: Mapping[str, Any]) -> Component:
    """Every outcome with its count; each narrows the list to itself, the chosen one gives it free again."""
    chips = []
    for outcome, (word, picture, kind, meaning) in WORDS.items():
        chosen = asked.outcome == outcome
        href = links.to("cases", **{**kept, "outcome": None if chosen else outcome})
        parts = [icon(picture), f" {_(word)} ", html.B(words.number(summed.outcomes[outcome]))]
        chips.append(
            html.A(parts, href=href, title=_(meaning), className=f"pill mark-{kind}", **({"aria-current": "true"} if chosen else {}))
        )
    if asked.reached is not None:
        words_of = _(REACHED["yes" if asked.reached else "no"])
        chips.append(
            html.A([f"{words_of} ", icon("x", _("show all"))], href=links.to("cases", **{**kept, "reached": None}), className="pill")
        )
    if asked.broke is not None:
        step, why = asked.broke
        said = _("Only what broke at {step}: {why}", step=step.replace("_", " "), why=why)
        href = links.to("cases", **{**kept, "milestone": None, "why": None})
        chips.append(html.A([said, " ", icon("x", _("show all"))], href=href, className="pill"))
    return card(
        None,
        html.P(words.unbroken(_sentence(metric, asked, summed))),
        html.Nav(chips, className="cases-outcomes", **{"aria-label": _("Outcome")}),
    )


def _sentence(metric: Metric, asked: Cases, summed: Counted) -> str:
    promised = _("Promised: {promise}.", promise=_promise(metric))
    if summed.attainment is None:
        return f"{_undecided(asked)} {promised}"
    told = [_decided(metric, asked, summed), *([_adjusted(metric, summed)] if _excluded(summed) else []), promised]
    if summed.quantiles:
        slots = dict(zip(("p50", "p90", "p95"), map(words.duration, summed.quantiles), strict=True))
        told.append(
            _("Half took at most {p50}, nine in ten {p90}, nineteen in twenty {p95} of working time.", **slots)
            if metric.working
            else _("Half took at most {p50}, nine in ten {p90}, nineteen in twenty {p95}.", **slots)
        )
    return " ".join(told)


def _undecided(asked: Cases) -> str:
    slots = {"site": name_of(asked.site), "partner": asked.partner}
    if asked.site and asked.partner:
        return _("Nothing is decided yet at {site} with {partner}.", **slots)
    if asked.site:
        return _("Nothing is decided yet at {site}.", **slots)
    return _("Nothing is decided yet with {partner}.", **slots) if asked.partner else _("Nothing is decided yet.")


def _decided(metric: Metric, asked: Cases, summed: Counted) -> str:
    assert summed.attainment is not None
    decided = summed.outcomes["good"] + summed.outcomes["bad"]
    slots: dict[str, Any] = {"share": _share(summed.attainment, metric), "decided": decided}
    slots |= {"site": name_of(asked.site), "partner": asked.partner}
    if asked.site and asked.partner:
        return _("{share} of {decided} decided at {site} with {partner} were in time.", **slots)
    if asked.site:
        return _("{share} of {decided} decided at {site} were in time.", **slots)
    if asked.partner:
        return _("{share} of {decided} decided with {partner} were in time.", **slots)
    return _("{share} of {decided} decided were in time.", **slots)


def _share(attainment: Fraction, metric: Metric) -> str:
    return promises.share(attainment, Fraction(str(metric.goal)))


def _excluded(summed: Counted) -> int:
    return summed.excluded["good"] + summed.excluded["bad"]


def _adjusted(metric: Metric, summed: Counted) -> str:
    """What is left without those that are agreed not to count."""
    left = _excluded(summed)
    if summed.adjusted_attainment is None:
        return _n(
            "{number} of them is agreed not to count; without it nothing is left.",
            "{number} of them are agreed not to count; without them nothing is left.",
            left,
        )
    return _n(
        "{number} of them is agreed not to count; without it {share} were.",
        "{number} of them are agreed not to count; without them {share} were.",
        left,
        share=_share(summed.adjusted_attainment, metric),
    )


def _promise(metric: Metric) -> str:
    """99 % within 5 min"""
    goal = _("{percent} %", percent=words.amount(f"{metric.goal * 100:g}"))
    if metric.target_days is not None:
        return _n("{goal} within {number} working day", "{goal} within {number} working days", metric.target_days, goal=goal)
    if metric.target_seconds is None:
        return _("{goal} of them", goal=goal)
    return _("{goal} within {duration}", goal=goal, duration=words.duration(metric.target_seconds))


def _list(rows: Sequence[Row], metric: Metric, asked: Cases, zone: str, past: Mapping[str, Any]) -> Component:
    names = [_("Transaction"), _("Workflow"), _("Site"), _("Outcome"), _("Began")]
    names += [_("Reached"), _("Due"), _("Took")] if metric.unit == "s" else []
    heads = html.Tr([html.Th(name) for name in names])
    table = html.Table([html.Thead(heads), html.Tbody([_line(row, metric, past) for row in rows])], className="table")
    span = {"first": times.full(asked.from_ns, zone), "last": times.full(asked.to_ns - 1, zone)}
    aside = (
        _("That fell due {first} to {last}, the furthest past due first", **span)
        if asked.by_due
        else _("That began {first} to {last}, the furthest past due first", **span)
    )
    return card(
        _("Cases"),
        scrolling(table, _("Cases")),
        aside=html.Span(aside, className="muted"),
    )


def _line(row: Row, metric: Metric, past: Mapping[str, Any]) -> Component:
    word, picture, kind, meaning = WORDS[row["outcome"]]
    zone, today = row["timezone"], row["from_ns"]
    cells = [
        html.Td(html.A(row["transaction_id"], href=links.path(row["workflow"], row["transaction_id"], **past))),
        html.Td(row["title"]),
        html.Td(name_of(row["site"])),
        html.Td([html.Span([icon(picture), f" {_(word)}"], className=f"mark-{kind} nowrap", title=_(meaning)), *_not_counted(row)]),
        html.Td(times.full(row["from_ns"], zone), className="nowrap"),
    ]
    if metric.unit == "s":
        reached, due = row["to_ns"], row["due_ns"]
        cells += [
            html.Td(
                times.brief(reached, zone, today) if reached is not None else html.Span(_("not yet"), className="muted"), className="nowrap"
            ),
            html.Td(times.brief(due, zone, today) if due is not None else "", className="nowrap"),
            html.Td(words.duration(row["seconds"]) if row["seconds"] is not None else "", className="num nowrap"),
        ]
    return html.Tr(cells)


def _not_counted(row: Row) -> list[Component]:
    reason = row["not_counted"]
    return [html.Small(_parts("agreed not to count: {reason}", reason=reason), className="muted cases-agreed")] if reason else []


def _nothing(asked: Cases, total: int) -> Component:
    if total:
        return empty(_("The list is not that long"), _n("There are {number} case.", "There are {number} cases.", total), picture="list")
    title = _(ABSENT[asked.outcome]) if asked.outcome else _("No case counts in this period")
    return empty(title, _("Each case that the figure counts would stand here."), picture="list")


def address(metric: str, outcome: str | None, from_ns: int, to_ns: int, site: str | None = None, **past: Any) -> str:
    """Where the cases behind a figure are listed."""
    bounds = {"from": instant_text(from_ns), "to": instant_text(to_ns)}
    return links.to("cases", metric=metric, outcome=outcome, site=site, **bounds, **past)
