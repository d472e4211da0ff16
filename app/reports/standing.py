"""The parts of a report beside the promises: suppliers, stock, recoveries, what is at risk, and what failures cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from app.components import links
from app.components.tiles import name_of
from app.figures import words
from app.figures.rows import rows_of
from app.figures.stakes import workflows_of
from app.instants import instant_text
from app.reports.asked import Around, count, figure
from app.reports.content import MONEY, SECONDS, SHARE, Cost, Due, Figure, Point, Recovered, Risk, Risks, Stock, Supplier, Worth
from metrics import business_case, impact, weekly
from metrics.business_case import Spent
from metrics.business_case import Week as Spell
from metrics.impact import Group
from metrics.objectives.budget import Counts
from metrics.read import Reader

RECOVER, STOCK = "time_to_recover", "inventory_sync_accuracy"
MOST_SUPPLIERS, MOST_RISKS, MOST_COUNTED = 10, 10, 2000
WEEK_NS = 7 * 86_400 * 10**9
DUES = ("Past", "In the next seven days", "Later", "Nobody says when")


def suppliers_of(reader: Reader, around: Around) -> Iterator[Supplier]:
    """Who kept its time least often first."""
    titles = {each.name: each.title or each.name for each in around.settings.definitions.partners}
    for row in weekly.suppliers(reader, around.asked.site, around.stretch)[:MOST_SUPPLIERS]:
        asked = {"partner": row["partner"], "site": around.asked.site}

        def opened(outcome: str, number: int, asked: Mapping[str, Any] = asked) -> Figure:
            return count(number, around.cases(weekly.ANSWERS, outcome=outcome, **asked))

        yield Supplier(
            name=row["partner"],
            title=str(titles.get(row["partner"], row["partner"])),
            attained=_share(row["good"], row["bad"], around.cases(weekly.ANSWERS, **asked)),
            good=opened("good", row["good"]),
            bad=opened("bad", row["bad"]),
            open=opened("open", row["open"]),
            p50=figure(row["p50_seconds"], SECONDS, around.cases(weekly.ANSWERS, reached="yes", **asked)),
            before=_share(row["good_before"], row["bad_before"], around.cases(weekly.ANSWERS, -2, **asked)),
        )


def suppliers_goal(around: Around) -> float | None:
    """What is promised of all of them."""
    return next((each.goal for each in around.settings.definitions.metrics if each.name == weekly.ANSWERS), None)


def stock_of(reader: Reader, around: Around) -> Iterator[Stock]:
    """Site by site."""
    for row in weekly.stock(reader, around.asked.site, around.stretch):
        site, all_pairs = row["site"], around.cases(STOCK, site=row["site"])
        yield Stock(
            site=site,
            title=name_of(site),
            attained=_share(row["good"], row["bad"], all_pairs),
            good=count(row["good"], all_pairs),
            bad=count(row["bad"], around.cases(STOCK, site=site, outcome="bad")),
            gross_quantity=figure(row["gross_quantity"], SHARE, around.link("inventory", site=site)),
            gross_value=figure(row["gross_value"], SHARE, around.link("inventory", site=site)),
            before=_share(row["good_before"], row["bad_before"], around.cases(STOCK, -2, site=site)),
        )


# -- what failed, and what it cost -------------------------------------------------------------------------------------


def weeks_of(reader: Reader, around: Around) -> list[Spell]:
    """What happened in each of the weeks, the oldest first."""
    between = (around.bounds[0], min(around.bounds[-1], around.asked.moment.as_of_ns + 1))
    return business_case.weeks(reader, between, around.settings.costs, around.asked.site)


def recovered_of(weeks: Sequence[Spell], around: Around) -> Recovered:
    """Of the last of these weeks."""
    now, before, site = weeks[-1], weeks[-2], around.asked.site

    def opened(number: int, week: int = -1, **query: object) -> Figure:
        return count(number, around.cases(RECOVER, week, site=site, **query))

    until_ns = min(around.bounds[-1], around.asked.moment.as_of_ns)
    told = {"from": instant_text(around.bounds[-2]), "to": instant_text(until_ns)}  # it is counted of every attempt that failed
    return Recovered(
        failed=opened(now.failed),
        acted=opened(now.manual, reached="yes"),
        open=opened(now.open, reached="no"),
        to_recover=figure(_median(now.recovery_seconds), SECONDS, around.cases(RECOVER, site=site, reached="yes")),
        to_detect=figure(_median(now.detection_seconds), SECONDS, around.link("events", kind="failed", site=site, **told)),
        failed_before=opened(before.failed, -2),
        to_recover_before=figure(_median(before.recovery_seconds), SECONDS, around.cases(RECOVER, -2, site=site, reached="yes")),
        trend=tuple(_recovery_point(week, number, around) for number, week in enumerate(weeks)),
    )


def _recovery_point(week: Spell, number: int, around: Around) -> Point:
    seconds = _median(week.recovery_seconds)
    return Point(week.week, seconds, None, None if seconds is None else around.cases(RECOVER, number, site=around.asked.site))


def cost_of(weeks: Sequence[Spell], around: Around) -> Cost | None:
    """None where no rate says what anything costs."""
    currency, now = around.settings.costs.currency, weeks[-1].spent
    if currency is None or now.total is None:
        return None
    link = around.link("business-case", site=around.asked.site)
    figures = {name: _money(getattr(now, name), link) for name in ("manual", "expedite", "line_stops")}
    trend = tuple(Point(week.week, _total(week.spent), None, link) for week in weeks)
    return Cost(currency=currency, total=_money(now.total, link), **figures, before=_money(weeks[-2].spent.total, link), trend=trend)


def _money(value: Decimal | None, link: str) -> Figure:
    return figure(None if value is None else round(value, 2), MONEY, link)


def _total(spent: Spent) -> float | None:
    return None if spent.total is None else float(round(spent.total, 2))


# -- what is at risk ---------------------------------------------------------------------------------------------------


def risks_of(reader: Reader, around: Around) -> Risks:
    """Open orders that something holds up at the moment of the report: by when they are needed, and the most valuable ones."""
    site, now_ns = around.asked.site, around.asked.moment.as_of_ns
    rows = rows_of(impact.at_risk(reader, Group(site=site), rows=(0, MOST_COUNTED)))
    number = int(rows[0]["orders"]) if rows else 0
    workflows = workflows_of(rows_of(reader.workflows()))
    by_value = sorted(rows, key=lambda row: (-(row["value"] or 0), row["need_ns"] or 2**62, str(row["object_id"])))
    return Risks(
        orders=count(number, around.link("at-risk", site=site)),
        counted=len(rows),
        dues=tuple(_dues(rows, now_ns, around.link("at-risk", site=site))),
        most=tuple(_risk(row, around, workflows) for row in by_value[:MOST_RISKS]),
    )


def _dues(rows: Sequence[Mapping[str, Any]], now_ns: int, link: str) -> Iterator[Due]:
    for place, when in enumerate(DUES):
        mine = [row for row in rows if _due(row["need_ns"], now_ns) == place]
        if mine:
            yield Due(when, count(len(mine), link), tuple(_worths(mine)))


def _due(need_ns: int | None, now_ns: int) -> int:
    if need_ns is None:
        return 3
    return 0 if need_ns < now_ns else 1 if need_ns < now_ns + WEEK_NS else 2


def _worths(rows: Iterable[Mapping[str, Any]]) -> Iterator[Worth]:
    """By currency: they are never added."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["value"] is not None:
            currency = row["currency"] or ""
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(row["value"]))
    return (Worth(currency, float(round(value, 2))) for currency, value in sorted(sums.items()))


def _risk(row: Mapping[str, Any], around: Around, workflows: Mapping[str, str]) -> Risk:
    kind, order = str(row["object_type"]), str(row["object_id"])
    workflow, (first, *others) = workflows.get(kind), row["holds"]
    address = links.path(workflow, order, **around.past) if workflow else links.with_object(kind, order, **around.past)
    more = f" and {words.count(len(others), 'other')}" if others else ""
    return Risk(
        order=order,
        kind=words.type_words(kind),
        site=name_of(row["site"]) if row["site"] else "",
        customer=str(row["customer"] or row["partner"] or ""),
        need_time=None if row["need_ns"] is None else instant_text(int(row["need_ns"])),
        worth=None if row["value"] is None else Worth(row["currency"] or "", float(round(Decimal(str(row["value"])), 2))),
        holds=f"{first['title']} {first['kind']}{more}",
        link=around.below(address),
    )


def _share(good: int, bad: int, link: str) -> Figure:
    attained = Counts(good, bad).attainment
    return figure(attained, SHARE, None if attained is None else link)


def _median(seconds: Sequence[float]) -> float | None:
    return float(round(median(seconds), 3)) if seconds else None
