"""Business case: what do failures cost a week, is it getting better, and do orders keep their days?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import annotated, links, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.kpis import card as kpi
from app.components.page import card, head, note, scrolling
from app.components.tiles import name_of
from app.figures import marks, times, words
from app.figures.compared import compared
from app.figures.outcomes import OUTCOMES
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages import cases, promised
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from metrics import business_case
from metrics.business_case import Average, Spent, Week
from metrics.impact_settings import Costs
from metrics.texts import _, _later, _n, _parts

Row = Mapping[str, Any]
PERIODS = {"4w": (_later("Last 4 weeks"), 4), "12w": (_later("Last 12 weeks"), 12), "26w": (_later("Last 26 weeks"), 26)}
USUAL = "12w"
METRIC = "time_to_recover"
STEP_OUTCOMES = ("kept", "late", "missing", "unjudged")


def layout(**query: Any) -> Component:
    at, site, period = reader.as_of(query), links.one(query.get("site")), links.one(query.get("period")) or USUAL
    if period not in PERIODS:
        raise WrongAddress(_("There is no period '{period}'. Known: {names}.", period=period, names=", ".join(PERIODS)))
    costs = reader.application().settings.costs
    with reader.reader(at) as now:
        if site and (wrong := unknown_site(site, now)):
            raise WrongAddress(wrong)
        zone, sites = dict(now.sites()).get(site or "", now.timezone()), [name for name, _zone in now.sites()]
        between = business_case.weeks_until(at.moment.as_of_ns, PERIODS[period][1], zone)
        until_now = (between[0], at.moment.as_of_ns + 1)
        found = business_case.weeks(now, until_now, costs, site)
        before = business_case.before(now, costs, site)
        promises = rows_of(business_case.promises(now, until_now, site))
        observed = rows_of(business_case.coverage(now, between[0]))
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    kept = {"site": site, "period": period, **past}
    whole, running = _without_beginning(found[: PERIODS[period][1]]), found[PERIODS[period][1] :]
    running = running if whole else _without_beginning(running)
    average = business_case.average(whole, costs)
    return html.Div(
        [
            head(_("Business case"), _("What failures cost a week, before and after."), _periods(kept, period), _sites(sites, kept)),
            moment.banner(at, zone),
            _verdict(average, before, costs, whole, zone) if whole or running else None,
            *([_cards(average, before, whole, costs, cases.address(METRIC, None, *between, site, **past))] if whole else []),
            _missing_rates(costs, before),
            _weeks([*whole, *running], len(whole), costs, site, zone, past, at) if whole or running else _nothing(),
            _promises(promises, until_now, site, past),
            _coverage([row for row in observed if site in (None, row["site"])], until_now[0], past),
        ],
        className="business-case",
    )


def _without_beginning(found: Sequence[Week]) -> list[Week]:
    """From the first week on in which anything happened: before that nobody listened, and no week was good."""
    first = next((n for n, week in enumerate(found) if week.failed or week.kept or week.missed or week.detection_seconds), len(found))
    return list(found[first:])


def _periods(kept: Mapping[str, Any], period: str) -> Component:
    offered = (
        (_(word), links.to("business-case", **{**kept, "period": name}), name == period) for name, (word, _weeks_of) in PERIODS.items()
    )
    return choices(_("Period"), offered, "stakes-chips")


def _sites(sites: Sequence[str], kept: Mapping[str, Any]) -> Component | None:
    if len(sites) < 2:
        return None
    chosen = kept.get("site")
    offered = ((name_of(s), links.to("business-case", **{**kept, "site": None if s == chosen else s}), s == chosen) for s in sites)
    return choices(_("Site"), offered, "stakes-chips")


# -- the sentence and the cards --------------------------------------------------------------------------------------------


def _verdict(average: Average, before: Average | None, costs: Costs, shown: Sequence[Week], zone: str) -> Component:
    if not shown:
        text = _("No whole week has been observed yet: averages, and what is better or worse than before, begin with the first one.")
        return html.P(text, className="stakes-total")
    first = _n(
        "{count} failures a week needed somebody, on average of {number} whole week",
        "{count} failures a week needed somebody, on average of {number} whole weeks",
        len(shown),
        count=_number(average.failed),
    )
    if average.money is not None:
        first = _("{failures}; they cost {money} a week", failures=first, money=_money(average.money, costs))
    against = compared(average, before)
    first_ns, last_ns = business_case.bounds_of(shown[0].week, zone)[0], business_case.bounds_of(shown[-1].week, zone)[1] - 1
    span = _("{first} to {last}", first=times.day(first_ns, zone), last=times.day(last_ns, zone))
    return html.P([f"{first}.", f" {against}" if against else "", html.Span(f" {span}.", className="muted")], className="stakes-total")


def _cards(average: Average, before: Average | None, shown: Sequence[Week], costs: Costs, address: str) -> Component:
    def beside(of: Callable[[Average], Decimal | None], tell: Callable[[Decimal | None], str]) -> str:
        then = of(before) if before else None
        return _("before: {tell}", tell=tell(then)) if then is not None else _("no baseline")

    recoveries = [business_case.average([week], costs) for week in shown]
    made = [
        kpi(
            _("Failures a week"),
            _number(average.failed),
            "",
            beside(lambda a: a.failed, _number),
            [week.failed for week in shown],
            "failed" if average.failed else "",
            address,
        ),
        kpi(
            _("Mended by hand a week"),
            _number(average.manual),
            "",
            beside(lambda a: a.manual, _number),
            [week.manual for week in shown],
            "",
            address,
        ),
        kpi(
            _("Median until mended"),
            _hours(average.hours_to_recover),
            "",
            beside(lambda a: a.hours_to_recover, _hours),
            [None if one.hours_to_recover is None else float(one.hours_to_recover) for one in recoveries],
            "",
            address,
        ),
        kpi(
            _("Median until known"),
            _hours(average.hours_to_detect),
            "",
            beside(lambda a: a.hours_to_detect, _hours),
            [None if one.hours_to_detect is None else float(one.hours_to_detect) for one in recoveries],
        ),
        kpi(
            _("Cost a week"),
            _money(average.money, costs),
            "",
            beside(lambda a: a.money, lambda value: _money(value, costs)),
            [None if week.spent.total is None else float(week.spent.total) for week in shown],
        ),
    ]
    return html.Div(made, className="kpis")


def _number(value: Decimal | None) -> str:
    return _("not known") if value is None else words.number(value, 1 if value < 10 else 0)


def _hours(value: Decimal | None) -> str:
    return _("no data") if value is None else words.duration(float(value) * 3600)


def _money(value: Decimal | None, costs: Costs) -> str:
    return _("no rates") if value is None else f"{words.number(value, 0)} {costs.currency or ''}".strip()


def _missing_rates(costs: Costs, before: Average | None) -> Component | None:
    """What the configuration does not say, and what would be shown if it did."""
    lacking = [
        ("`costs.currency`", costs.currency),
        ("`costs.hourly_rate`", costs.hourly_rate),
        ("`costs.minutes_per_manual_fix`", costs.minutes_per_manual_fix),
        ("`costs.expedite`", costs.expedite),
        ("`costs.line_stop_per_hour` and `line_stops`", costs.line_stop_per_hour and costs.line_stops),
    ]
    names = [name.replace("`", "") for name, said in lacking if not said]
    parts = []
    if names:
        rates = _("Money is told only where there are rates; the configuration does not say {names}.", names=", ".join(names))
        parts.append(f"{rates} ")
    parts += [f"{_('Without costs.baseline nothing can be compared with how it was before.')} "] if before is None else []
    if not parts:
        return None
    return note("info", [*parts, html.A(_("How to say it"), href=links.to("docs", page="impact"))])


# -- week by week ----------------------------------------------------------------------------------------------------------


def _weeks(
    shown: Sequence[Week], whole: int, costs: Costs, site: str | None, zone: str, past: Mapping[str, Any], at: reader.AsOf
) -> Component:
    """The newest first; what comes behind the `whole` ones is still running."""
    known = reader.definitions().impact.orders
    kinds = [kind for kind in known if any(week.kept.get(kind) or week.missed.get(kind) for week in shown)]
    others = [kind for kind in known if kind not in kinds and any(week.unmeasured.get(kind) for week in shown)]
    heads = [_("Week"), _("Failures"), _("Mended by hand"), _("Still open"), _("Median until mended"), _("Median until known"), _("Work")]
    heads += ([_("Cost")] if costs.currency else []) + [_("{type} on its day", type=words.type_words(kind).capitalize()) for kind in kinds]
    bounds = [business_case.bounds_of(week.week, zone) for week in shown]
    noted, drawn = annotated.noted(at, bounds[0][0], bounds[-1][1], [site] if site else ()), annotated.around(at, zone)
    told = [marks.beside(marks.within(noted, *between), drawn) for between in bounds]
    lines = [
        _week(week, number >= whole, kinds, costs, site, zone, past, told[number]) for number, week in reversed(list(enumerate(shown)))
    ]
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in heads])), html.Tbody(lines)], className="table business-weeks")
    return card(
        _("Week by week"),
        scrolling(table, _("Week by week")),
        _unmeasured(others, shown, site, zone, past) if others else None,
        aside=html.Span(_("By the first failed attempt; the running week is in no average"), className="muted"),
    )


def _unmeasured(kinds: Sequence[str], shown: Sequence[Week], site: str | None, zone: str, past: Mapping[str, Any]) -> Component:
    """What has a day, and no column: nobody said how much was ordered."""
    between = business_case.bounds_of(shown[0].week, zone)[0], business_case.bounds_of(shown[-1].week, zone)[1]
    named: list[Any] = []
    for kind in kinds:
        number = sum(week.unmeasured.get(kind, 0) for week in shown)
        href = promised.address(between, site, order=kind, **past)
        named += [", " if named else "", html.A(words.objects(number, kind), href=href)]
    return html.P(
        _parts("Not measured, because nobody said how much was ordered: {orders}.", orders=html.Span(named)),
        className="muted business-unmeasured",
    )


def _week(
    week: Week,
    is_running: bool,
    kinds: Sequence[str],
    costs: Costs,
    site: str | None,
    zone: str,
    past: Mapping[str, Any],
    told: Sequence[Component],
) -> Component:
    between = business_case.bounds_of(week.week, zone)
    one = business_case.average([week], costs)

    def opened(text: str, number: int, reached: str | None = None) -> Component | str:
        return html.A(text, href=cases.address(METRIC, None, *between, site, **past, reached=reached)) if number else text

    cells = [
        html.Th([week.week, html.Div(_("so far"), className="muted") if is_running else None, *told], scope="row"),
        html.Td(opened(words.number(week.failed), week.failed), className="num"),
        html.Td(opened(words.number(week.manual), week.manual, "yes"), className="num"),
        html.Td(opened(words.number(week.open), week.open, "no"), className="num"),
        html.Td(
            opened(_hours(one.hours_to_recover), week.manual, "yes") if week.recovery_seconds else _none(_("nothing was mended")),
            className="num",
        ),
        html.Td(_detected(week, one), className="num"),
        html.Td(
            _("{hours} h", hours=words.number(week.manual_hours, 1)) if week.manual_hours is not None else _none(_("no minutes said")),
            className="num nowrap",
        ),
    ]
    cells += [html.Td(_cost(week.spent, costs), className="num nowrap")] if costs.currency else []
    cells += [html.Td(_adherence(week, kind, promised.address(between, site, order=kind, **past)), className="num") for kind in kinds]
    return html.Tr(cells)


def _detected(week: Week, one: Average) -> Component | str:
    if week.detection_seconds:
        return _hours(one.hours_to_detect)
    return _none(_("loaded later") if week.loaded_later else _("no data"))


def _adherence(week: Week, kind: str, href: str) -> Component:
    kept, missed = week.kept.get(kind, 0), week.missed.get(kind, 0)
    if kept + missed == 0:
        return html.A(_("not measured"), href=href, className="muted") if week.unmeasured.get(kind) else _none(_("none was due"))
    share = html.A(words.percent(kept / (kept + missed)), href=href)
    return html.Span([share, html.Span(f" {_('of {all}', all=kept + missed)}", className="muted")], className="nowrap")


def _cost(spent: Spent, costs: Costs) -> list[Component | str]:
    """The sum, and what it went for."""
    parts = [(_("work"), spent.manual), (_("hurried orders"), spent.expedite), (_("lines that stood"), spent.line_stops)]
    told = [f"{words.number(value, 0)} {name}" for name, value in parts if value]
    return [_money(spent.total, costs), *([html.Div(text, className="muted") for text in told] if len(told) > 1 else [])]


def _none(text: str) -> Component:
    return html.Span(text, className="muted")


def _nothing() -> Component:
    text = _("Each whole week with its failures, what was mended by hand, how long it took and what it cost would stand here.")
    return empty(_("No whole week has been observed yet"), text, picture="history")


# -- schedule and coverage -------------------------------------------------------------------------------------------------


def _promises(rows: Sequence[Row], between: tuple[int, int], site: str | None, past: Mapping[str, Any]) -> Component | None:
    if not rows:
        return None

    def opened(row: Row, outcome: str) -> Component | str:
        href = promised.address(between, site, workflow=row["workflow"], milestone=row["milestone"], outcome=outcome, **past)
        return html.A(words.number(row[outcome]), href=href) if row[outcome] else "0"

    heads = html.Tr([html.Th(name) for name in (_("Step"), *(_(OUTCOMES[outcome][0]) for outcome in STEP_OUTCOMES), _("Share in time"))])
    lines = [
        html.Tr(
            [
                html.Td([words.step_words(row["event_type"], row["system"]), html.Div(_promised(row), className="muted")]),
                *(html.Td(opened(row, outcome), className="num") for outcome in STEP_OUTCOMES),
                html.Td(_share(row["kept"], row["kept"] + row["late"] + row["missing"]), className="num"),
            ]
        )
        for row in rows
    ]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    return card(
        _("Schedule adherence"),
        scrolling(table, _("Schedule adherence")),
        aside=html.Span(_("What was due in these weeks and the running one"), className="muted"),
    )


def _promised(row: Row) -> str:
    by = {"promised_time": _(", by the day that was promised"), "due_time": _(", by the day that was wanted")}
    return f"{row['title']}{by.get(row['by_field'] or '', '')}"


def _share(kept: int, decided: int) -> str:
    return words.percent(kept / decided) if decided else _("no data")


def _coverage(rows: Sequence[Row], from_ns: int, past: Mapping[str, Any]) -> Component | None:
    """Which workflows each plant is seen with: onboarding, plant by plant."""
    if not rows:
        return None
    sites = list(dict.fromkeys(row["site"] for row in rows))
    by_workflow: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_workflow.setdefault(row["workflow"], {})[row["site"]] = row
    lines = [
        html.Tr(
            [html.Th(next(iter(found.values()))["title"], scope="row"), *(html.Td(_seen(found[site], from_ns, past)) for site in sites)]
        )
        for found in by_workflow.values()
    ]
    heads = html.Tr([html.Th(_("Workflow")), *(html.Th(name_of(site)) for site in sites)])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table business-coverage")
    return card(
        _("What is observed"),
        scrolling(table, _("What is observed")),
        aside=html.Span(_("What began in these weeks and the running one"), className="muted"),
    )


def _seen(row: Row, from_ns: int, past: Mapping[str, Any]) -> Component:
    steps, came = len(row["milestones"]), sum(1 for count in row["reached"] if count)
    if not row["transactions"]:
        return _none(_("not observed"))
    never = [name for name, count in zip(row["milestones"], row["reached"], strict=True) if not count]
    title = _("Never came: {names}", names=", ".join(never)) if never else _("Every step came")
    kind = "mark-overdue" if never else "mark-ok"
    href = links.transactions(workflow=row["workflow"], site=row["site"], **{"from": instant_text(from_ns)}, **past)
    return html.Span(
        [
            html.Span(_("{came} of {steps} steps", came=came, steps=steps), className=kind, title=title),
            " ",
            html.A(_n("{number} transaction", "{number} transactions", row["transactions"]), href=href),
        ]
    )
