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
from app.figures.outcomes import OUTCOMES
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages import cases, promised
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from metrics import business_case
from metrics.business_case import Average, Spent, Week
from metrics.impact_settings import Costs

Row = Mapping[str, Any]
PERIODS = {"4w": ("Last 4 weeks", 4), "12w": ("Last 12 weeks", 12), "26w": ("Last 26 weeks", 26)}
USUAL = "12w"
METRIC = "time_to_recover"
STEP_OUTCOMES = ("kept", "late", "missing", "unjudged")


def layout(**query: Any) -> Component:
    at, site, period = reader.as_of(query), links.one(query.get("site")), links.one(query.get("period")) or USUAL
    if period not in PERIODS:
        raise WrongAddress(f"There is no period '{period}'. Known: {', '.join(PERIODS)}.")
    costs = reader.application().settings.costs
    with reader.reader(at) as now:
        if site and (wrong := unknown_site(site, now)):
            raise WrongAddress(wrong)
        zone, sites = dict(now.sites()).get(site or "", now.timezone()), [name for name, _ in now.sites()]
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
            head("Business case", "What failures cost a week, before and after.", _periods(kept, period), _sites(sites, kept)),
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
    offered = ((word, links.to("business-case", **{**kept, "period": name}), name == period) for name, (word, _) in PERIODS.items())
    return choices("Period", offered, "stakes-chips")


def _sites(sites: Sequence[str], kept: Mapping[str, Any]) -> Component | None:
    if len(sites) < 2:
        return None
    chosen = kept.get("site")
    offered = ((name_of(s), links.to("business-case", **{**kept, "site": None if s == chosen else s}), s == chosen) for s in sites)
    return choices("Site", offered, "stakes-chips")


# -- the sentence and the cards --------------------------------------------------------------------------------------------


def _verdict(average: Average, before: Average | None, costs: Costs, shown: Sequence[Week], zone: str) -> Component:
    if not shown:
        text = "No whole week has been observed yet: averages, and what is better or worse than before, begin with the first one."
        return html.P(text, className="stakes-total")
    first = f"{_number(average.failed)} failures a week needed somebody, on average of {words.count(len(shown), 'whole week')}"
    money = f"; they cost {_money(average.money, costs)} a week" if average.money is not None else ""
    compared = _compared(average, before)
    first_ns, last_ns = business_case.bounds_of(shown[0].week, zone)[0], business_case.bounds_of(shown[-1].week, zone)[1] - 1
    span = f"{times.day(first_ns, zone)} to {times.day(last_ns, zone)}"
    return html.P(
        [f"{first}{money}.", f" {compared}" if compared else "", html.Span(f" {span}.", className="muted")], className="stakes-total"
    )


def _compared(average: Average, before: Average | None) -> str:
    pairs = [(average.money, before.money, "money", "less"), (average.failed, before.failed, "failures", "fewer")] if before else []
    for now, then, what, less in pairs:
        if now is not None and then:
            share = (now - then) / then
            if abs(share) < Decimal("0.005"):
                return f"That is as much as before in {what}."
            return f"That is {words.percent(float(abs(share)))} {less if share < 0 else 'more'} {what} than before."
    return ""


def _cards(average: Average, before: Average | None, shown: Sequence[Week], costs: Costs, address: str) -> Component:
    def beside(of: Callable[[Average], Decimal | None], tell: Callable[[Decimal | None], str]) -> str:
        then = of(before) if before else None
        return f"before: {tell(then)}" if then is not None else "no baseline"

    recoveries = [business_case.average([week], costs) for week in shown]
    made = [
        kpi(
            "Failures a week",
            _number(average.failed),
            "",
            beside(lambda a: a.failed, _number),
            [week.failed for week in shown],
            "failed" if average.failed else "",
            address,
        ),
        kpi(
            "Mended by hand a week",
            _number(average.manual),
            "",
            beside(lambda a: a.manual, _number),
            [week.manual for week in shown],
            "",
            address,
        ),
        kpi(
            "Median until mended",
            _hours(average.hours_to_recover),
            "",
            beside(lambda a: a.hours_to_recover, _hours),
            [None if one.hours_to_recover is None else float(one.hours_to_recover) for one in recoveries],
            "",
            address,
        ),
        kpi(
            "Median until known",
            _hours(average.hours_to_detect),
            "",
            beside(lambda a: a.hours_to_detect, _hours),
            [None if one.hours_to_detect is None else float(one.hours_to_detect) for one in recoveries],
        ),
        kpi(
            "Cost a week",
            _money(average.money, costs),
            "",
            beside(lambda a: a.money, lambda value: _money(value, costs)),
            [None if week.spent.total is None else float(week.spent.total) for week in shown],
        ),
    ]
    return html.Div(made, className="kpis")


def _number(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def _hours(value: Decimal | None) -> str:
    return "no data" if value is None else words.duration(float(value) * 3600)


def _money(value: Decimal | None, costs: Costs) -> str:
    return "no rates" if value is None else f"{value:,.0f} {costs.currency or ''}".strip()


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
    parts = [f"Money is told only where there are rates; the configuration does not say {', '.join(names)}. "] if names else []
    parts += ["Without costs.baseline nothing can be compared with how it was before. "] if before is None else []
    if not parts:
        return None
    return note("info", [*parts, html.A("How to say it", href=links.to("docs", page="impact"))])


# -- week by week ----------------------------------------------------------------------------------------------------------


def _weeks(
    shown: Sequence[Week], whole: int, costs: Costs, site: str | None, zone: str, past: Mapping[str, Any], at: reader.AsOf
) -> Component:
    """The newest first; what comes behind the `whole` ones is still running."""
    known = reader.definitions().impact.orders
    kinds = [kind for kind in known if any(week.kept.get(kind) or week.missed.get(kind) for week in shown)]
    others = [kind for kind in known if kind not in kinds and any(week.unmeasured.get(kind) for week in shown)]
    heads = ["Week", "Failures", "Mended by hand", "Still open", "Median until mended", "Median until known", "Work"]
    heads += (["Cost"] if costs.currency else []) + [f"{words.type_words(kind).capitalize()} on its day" for kind in kinds]
    bounds = [business_case.bounds_of(week.week, zone) for week in shown]
    noted, drawn = annotated.noted(at, bounds[0][0], bounds[-1][1], [site] if site else ()), annotated.around(at, zone)
    told = [marks.beside(marks.within(noted, *between), drawn) for between in bounds]
    lines = [
        _week(week, number >= whole, kinds, costs, site, zone, past, told[number]) for number, week in reversed(list(enumerate(shown)))
    ]
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in heads])), html.Tbody(lines)], className="table business-weeks")
    return card(
        "Week by week",
        scrolling(table, "Week by week"),
        _unmeasured(others, shown, site, zone, past) if others else None,
        aside=html.Span("By the first failed attempt; the running week is in no average", className="muted"),
    )


def _unmeasured(kinds: Sequence[str], shown: Sequence[Week], site: str | None, zone: str, past: Mapping[str, Any]) -> Component:
    """What has a day, and no column: nobody said how much was ordered."""
    between = business_case.bounds_of(shown[0].week, zone)[0], business_case.bounds_of(shown[-1].week, zone)[1]
    named: list[Any] = []
    for kind in kinds:
        number = sum(week.unmeasured.get(kind, 0) for week in shown)
        href = promised.address(between, site, order=kind, **past)
        named += [", " if named else "", html.A(words.count(number, words.type_words(kind)), href=href)]
    return html.P(["Not measured, because nobody said how much was ordered: ", *named, "."], className="muted business-unmeasured")


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
        html.Th([week.week, html.Div("so far", className="muted") if is_running else None, *told], scope="row"),
        html.Td(opened(f"{week.failed:,}", week.failed), className="num"),
        html.Td(opened(f"{week.manual:,}", week.manual, "yes"), className="num"),
        html.Td(opened(f"{week.open:,}", week.open, "no"), className="num"),
        html.Td(
            opened(_hours(one.hours_to_recover), week.manual, "yes") if week.recovery_seconds else _none("nothing was mended"),
            className="num",
        ),
        html.Td(_detected(week, one), className="num"),
        html.Td(f"{week.manual_hours:,.1f} h" if week.manual_hours is not None else _none("no minutes said"), className="num nowrap"),
    ]
    cells += [html.Td(_cost(week.spent, costs), className="num nowrap")] if costs.currency else []
    cells += [html.Td(_adherence(week, kind, promised.address(between, site, order=kind, **past)), className="num") for kind in kinds]
    return html.Tr(cells)


def _detected(week: Week, one: Average) -> Component | str:
    if week.detection_seconds:
        return _hours(one.hours_to_detect)
    return _none("loaded later" if week.loaded_later else "no data")


def _adherence(week: Week, kind: str, href: str) -> Component:
    kept, missed = week.kept.get(kind, 0), week.missed.get(kind, 0)
    if kept + missed == 0:
        return html.A("not measured", href=href, className="muted") if week.unmeasured.get(kind) else _none("none was due")
    share = html.A(words.percent(kept / (kept + missed)), href=href)
    return html.Span([share, html.Span(f" of {kept + missed:,}", className="muted")], className="nowrap")


def _cost(spent: Spent, costs: Costs) -> list[Component | str]:
    """The sum, and what it went for."""
    parts = [("work", spent.manual), ("hurried orders", spent.expedite), ("lines that stood", spent.line_stops)]
    told = [f"{value:,.0f} {name}" for name, value in parts if value]
    return [_money(spent.total, costs), *([html.Div(text, className="muted") for text in told] if len(told) > 1 else [])]


def _none(text: str) -> Component:
    return html.Span(text, className="muted")


def _nothing() -> Component:
    text = "Each whole week with its failures, what was mended by hand, how long it took and what it cost would stand here."
    return empty("No whole week has been observed yet", text, picture="history")


# -- schedule and coverage -------------------------------------------------------------------------------------------------


def _promises(rows: Sequence[Row], between: tuple[int, int], site: str | None, past: Mapping[str, Any]) -> Component | None:
    if not rows:
        return None

    def opened(row: Row, outcome: str) -> Component | str:
        href = promised.address(between, site, workflow=row["workflow"], milestone=row["milestone"], outcome=outcome, **past)
        return html.A(f"{row[outcome]:,}", href=href) if row[outcome] else "0"

    heads = html.Tr([html.Th(name) for name in ("Step", *(OUTCOMES[outcome][0] for outcome in STEP_OUTCOMES), "Share in time")])
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
        "Schedule adherence",
        scrolling(table, "Schedule adherence"),
        aside=html.Span("What was due in these weeks and the running one", className="muted"),
    )


def _promised(row: Row) -> str:
    by = {"promised_time": ", by the day that was promised", "due_time": ", by the day that was wanted"}
    return f"{row['title']}{by.get(row['by_field'] or '', '')}"


def _share(kept: int, decided: int) -> str:
    return words.percent(kept / decided) if decided else "no data"


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
    heads = html.Tr([html.Th("Workflow"), *(html.Th(name_of(site)) for site in sites)])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table business-coverage")
    return card(
        "What is observed",
        scrolling(table, "What is observed"),
        aside=html.Span("What began in these weeks and the running one", className="muted"),
    )


def _seen(row: Row, from_ns: int, past: Mapping[str, Any]) -> Component:
    steps, came = len(row["milestones"]), sum(1 for count in row["reached"] if count)
    if not row["transactions"]:
        return _none("not observed")
    never = [name for name, count in zip(row["milestones"], row["reached"], strict=True) if not count]
    title = f"Never came: {', '.join(never)}" if never else "Every step came"
    kind = "mark-overdue" if never else "mark-ok"
    href = links.transactions(workflow=row["workflow"], site=row["site"], **{"from": instant_text(from_ns)}, **past)
    return html.Span(
        [
            html.Span(f"{came} of {steps} steps", className=kind, title=title),
            " ",
            html.A(words.count(row["transactions"], "transaction"), href=href),
        ]
    )
