"""Rules: what must never be true of what the systems say together, where it is, and what nobody can check?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import annotated, links, markdown, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.configuration.model import Owner
from app.figures import marks, times, words
from app.figures.rows import rows_of
from app.instants import instant_ns, instant_text
from app.owners import owners_of_each
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from metrics.keys import unknown
from metrics.rules.reading import DAYS, edges_of, rules, violations
from metrics.texts import _, _n, _parts

Row = Mapping[str, Any]
SEVERITIES = {"critical": "failed", "important": "late", "routine": "closed"}  # severity → colours
MOST_EVIDENCE = 6


@dataclass(frozen=True, slots=True)
class Days:
    """When each of the days told of a rule begins and the last one ends, in ns, and in whose zone."""

    edges: Sequence[int]
    zone: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The violations of one rule that are listed, the place of the first, and between which moments they began where that is asked."""

    rows: Sequence[Row]
    start: int
    begun: tuple[int, int] | None


def layout(**query: Any) -> Component:
    at, site, name = reader.as_of(query), links.one(query.get("site")), links.one(query.get("rule"))
    try:
        start, begun = first_row(links.one(query.get("page"))), _begun(query)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        if site and (wrong_site := unknown_site(site, now)):
            raise WrongAddress(wrong_site)
        found, zone, sites = rows_of(rules(now, site)), now.timezone(), [known for known, _zone in now.sites()]
        known = {row["rule"]: row for row in found}
        if name is not None and name not in known:
            raise WrongAddress(words.sentence(unknown(_("rule"), name, known)))
        listed = rows_of(violations(now, name, site, start, start + ROWS, begun)) if name else []
        days = Days(edges_of(now), zone)
    kept = {key: value for key, value in query.items() if key != "page"}
    body = _one(known[name], Listed(listed, start, begun), days, at, kept) if name else _all(found, days, at, kept)
    return html.Div([*_top(known[name] if name else None, found, sites, site, kept), moment.banner(at, zone), *body])


def _begun(query: Mapping[str, Any]) -> tuple[int, int] | None:
    """From when and until before when a violation began, of the address. Raises ValueError with a sentence."""
    since, until = links.one(query.get("from")), links.one(query.get("to"))
    return (instant_ns(since), instant_ns(until)) if since and until else None


def _top(rule: Row | None, found: Sequence[Row], sites: Sequence[str], site: str | None, kept: Mapping[str, Any]) -> list[Component]:
    if rule is None:
        return [head(_("Rules"), _summary(found), _sites(sites, site, kept))]
    back = html.A(
        [icon("chevron-right", size="13px"), _("All rules")], href=links.to("rules", **{**kept, "rule": None}), className="rules-back"
    )
    return [back, head(_(rule["sentence"].rstrip(".")), _severity(rule), _sites(sites, site, kept))]


def _summary(found: Sequence[Row]) -> str:
    broken, unchecked = [row for row in found if row["violations"]], [row for row in found if row["unchecked"]]
    total = sum(row["violations"] for row in broken)
    checked = len(found) - len(unchecked)
    said = (
        _(
            "{violations} of {rules}",
            violations=_n("{number} violation", "{number} violations", total),
            rules=_n("{number} rule", "{number} rules", len(broken)),
        )
        if broken
        else _("No violation")
    )
    rest = _n("{number} rule checked", "{number} rules checked", checked)
    if unchecked:
        rest = _("{checked}, {number} not", checked=rest, number=len(unchecked))
    return f"{said}; {rest}."


def _sites(sites: Sequence[str], site: str | None, kept: Mapping[str, Any]) -> Component | None:
    if len(sites) < 2:
        return None
    offered = (
        (name_of(name) if name else _("All sites"), links.to("rules", **{**kept, "site": name}), name == site) for name in (None, *sites)
    )
    return choices(_("Site"), offered)


def _all(found: Sequence[Row], days: Days, at: reader.AsOf, kept: Mapping[str, Any]) -> list[Component | None]:
    checked, unchecked = [row for row in found if not row["unchecked"]], [row for row in found if row["unchecked"]]
    return [_checked(checked, days, at, kept) if checked else _nothing(), _unchecked(unchecked, kept) if unchecked else None]


def _nothing() -> Component:
    return empty(
        _("No rule can be checked yet"),
        _("Each rule needs events that nobody has sent so far; below stands which. Once they come, every violation would stand here."),
        picture="shield-check",
    )


def _checked(rows: Sequence[Row], days: Days, at: reader.AsOf, kept: Mapping[str, Any]) -> Component:
    heads = html.Tr(
        [
            html.Th(name, className="num" if name == _("Violations") else None)
            for name in (_("Rule"), _("Violations"), _("Began in {days} days", days=DAYS), _("Since"), _("Sites"), _("Owner"))
        ]
    )
    owners = reader.application().settings.owners
    table = html.Table([html.Thead(heads), html.Tbody([_line(row, owners, days, at, kept) for row in rows])], className="table rules-table")
    return card(_("Checked"), scrolling(table, _("Rules")), aside=html.Span(_("What is violated first, by severity"), className="muted"))


def _line(row: Row, owners: Sequence[Owner], days: Days, at: reader.AsOf, kept: Mapping[str, Any]) -> Component:
    count: Component = html.Span(_("none"), className="muted")
    if row["violations"]:
        count = html.A(html.B(words.number(row["violations"])), href=_address(row, kept), className="mark-inconsistent")
    since = times.brief(row["first_ns"], days.zone, at.moment.as_of_ns) if row["violations"] else ""
    titles = {owner.name: owner.title for owner in owners}
    names = ", ".join(titles.get(name, name) for name in owners_of_each(owners, row["owner"], row["sites"]))
    return html.Tr(
        [
            html.Td([_severity(row), html.A(_(row["sentence"]), href=_address(row, kept), className="rules-name"), _in_part(row)]),
            html.Td(count, className="num"),
            html.Td(_days(row, days, kept)),
            html.Td(since, className="nowrap"),
            html.Td(", ".join(map(name_of, row["sites"]))),
            html.Td(names or html.Span(_("no owner"), className="muted")),
        ]
    )


def _address(row: Row, kept: Mapping[str, Any]) -> str:
    return links.to("rules", **{**kept, "rule": row["rule"]})


def _severity(row: Row) -> Component:
    return html.Span(words.criticality_word(row["severity"]), className=f"badge kind-{SEVERITIES[row['severity']]} rules-severity")


def _in_part(row: Row) -> Component | None:
    """Where something that the rule looks at as well was never sent."""
    if not row["untold"]:
        return None
    return html.Span(f" {_('checked in part')}", title=_("Nothing has told about {names}", names=_names(row["untold"])), className="muted")


def _untold(row: Row) -> Component | None:
    """The same with what is missing."""
    if not row["untold"]:
        return None
    return html.P(
        [icon("unplug"), " ", _("Checked in part: nothing has told about {names}.", names=_names(row["untold"]))], className="muted"
    )


def _names(untold: Sequence[str]) -> str:
    """Events, each with its system where only its own count: `order.released at erp`."""
    parts = (name.partition(" at ") for name in untold)
    return ", ".join(_("{event} at {system}", event=event, system=system) if system else event for event, _at, system in parts)


def _days(row: Row, days: Days, kept: Mapping[str, Any]) -> Component:
    """A column for each day: how many began on it, also what is over since; it opens them."""
    most = max(row["days"], default=0)
    if not most:
        return html.Span(_("none"), className="muted")
    columns = [_day(row, count, most, begun, days.zone, kept) for count, begun in zip(row["days"], pairwise(days.edges), strict=True)]
    said = _(
        "{began} began in {days} days, {most} on one day at most, {today} today",
        began=sum(row["days"]),
        days=DAYS,
        most=most,
        today=row["days"][-1],
    )
    return html.Span(columns, className="rules-days", title=said, role="group", **{"aria-label": said})


def _day(row: Row, count: int, most: int, begun: tuple[int, int], zone: str, kept: Mapping[str, Any]) -> Component:
    said = _n("{time}: {number} violation began", "{time}: {number} violations began", count, time=times.day(begun[0], zone))
    if not count:
        return html.Span(className="rules-day", title=said)
    bounds = dict(zip(("from", "to"), map(instant_text, begun), strict=True))
    href = links.to("rules", **{**kept, **bounds, "rule": row["rule"]})
    bar = html.I(style={"height": f"{max(100 * count / most, 8):.0f}%"})
    return html.A(bar, href=href, className="rules-day", title=said, tabIndex=-1, **{"aria-label": said})


def _unchecked(rows: Sequence[Row], kept: Mapping[str, Any]) -> Component:
    lines = [
        html.Tr(
            [html.Td([_severity(row), html.A(_(row["sentence"]), href=_address(row, kept), className="rules-name")]), html.Td(_reason(row))]
        )
        for row in rows
    ]
    heads = html.Tr([html.Th(_("Rule")), html.Th(_("Why not"))])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table rules-table")
    aside = html.Span(_("That nothing is found here says nothing"), className="muted")
    return card(_("Not checked"), scrolling(table, _("Rules that are not checked")), aside=aside)


def _reason(row: Row) -> Component:
    return html.Span([icon("unplug"), f" {row['unchecked'][:1].upper()}{row['unchecked'][1:]}."], className="mark-nodata")


# -- one rule ----------------------------------------------------------------------------------------------------------


def _one(rule: Row, listed: Listed, days: Days, at: reader.AsOf, kept: Mapping[str, Any]) -> list[Component | None]:
    past: dict[str, Any] = {name: kept[name] for name in ("as_of", "known_at") if name in kept}
    why = card(
        _("Why it matters"),
        *markdown.render(_(rule["why"]) or _("Its file does not say."), links.to).parts,
        _untold(rule),
        _read_more(rule),
    )
    if rule["unchecked"]:
        return [card(_("Not checked"), html.P(_reason(rule))), why]
    edges, site = list(pairwise(days.edges)) if any(rule["days"]) else [], links.one(kept.get("site"))
    noted = annotated.on_columns(at, days.zone, edges, [site] if site else ())
    began = card(
        _("Began in the last {days} days", days=DAYS),
        _days(rule, days, kept),
        marks.lane(noted, len(edges), "note-marks-rules"),
        _narrowed(listed.begun, days.zone, kept),
        annotated.below(noted, days.edges[0], days.edges[-1], site=site),
    )
    if not listed.rows:
        return [began, _nothing_listed(rule, listed), why]
    return [
        began,
        _violations(listed, at, past),
        pager(listed.start, listed.rows[0]["violations"], lambda page: links.to("rules", **{**kept, "page": page})),
        why,
    ]


def _narrowed(begun: tuple[int, int] | None, zone: str, kept: Mapping[str, Any]) -> Component | None:
    """Between which moments those that are listed began; gives the list free again."""
    if begun is None:
        return html.P(_("Each column opens what began on that day, also what is over since."), className="muted")
    first, last = times.day(begun[0], zone), times.day(begun[1] - 1, zone)
    told = first if first == last else _("{first} to {last}", first=first, last=last)
    href = links.to("rules", **{**kept, "from": None, "to": None})
    return html.P(html.A([f"{_('Began {when}', when=told)} ", icon("x", _("show what stands"))], href=href, className="pill pill-drop"))


def _nothing_listed(rule: Row, listed: Listed) -> Component:
    if listed.begun and not listed.start:
        return empty(_("Nothing began then"), _("Each violation that began in this time would stand here."), picture="shield-check")
    title = _("The list is not that long") if listed.start else _("Nothing violates this rule")
    return empty(title, _("Each violation would stand here, with the events that show it."), picture="shield-check")


def _read_more(rule: Row) -> Component:
    return html.P(
        [
            html.Span([*_parts("In files and exports it is called {name}.", name=html.Code(rule["rule"])), " "]),
            html.A(_("How rules are judged"), href=links.to("docs", page="rules")),
        ],
        className="muted",
    )


def _violations(listed: Listed, at: reader.AsOf, past: Mapping[str, Any]) -> Component:
    rows = listed.rows
    amounts = any(row["quantity"] is not None or row["value"] is not None for row in rows)
    names = [_("Since"), _("What"), _("Site"), *([_("How much")] if amounts else []), _("Transactions"), _("Shown by")]
    lines = [_violation(row, amounts, at, past) for row in rows]
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in names])), html.Tbody(lines)], className="table rules-table")
    aside = html.Span(_("The newest first"), className="muted")
    return card(_n("{number} violation", "{number} violations", rows[0]["violations"]), scrolling(table, _("Violations")), aside=aside)


def _violation(row: Row, amounts: bool, at: reader.AsOf, past: Mapping[str, Any]) -> Component:
    zone, as_of_ns = row["timezone"], at.moment.as_of_ns
    over = (
        html.Div(_("over since {time}", time=times.brief(row["until_ns"], zone, as_of_ns)), className="muted")
        if row["until_ns"] is not None
        else None
    )
    cells = [
        html.Td([times.brief(row["from_ns"], zone, as_of_ns), over], className="nowrap"),
        html.Td(row["detail"], className="rules-detail"),
        html.Td(name_of(row["site"])),
        html.Td(_amount(row), className="num nowrap") if amounts else None,
        html.Td([html.Div(_path(each, past)) for each in row["transactions"]] or html.Span(_("none"), className="muted")),
        html.Td(_evidence(row, past)),
    ]
    return html.Tr([cell for cell in cells if cell is not None])


def _amount(row: Row) -> list[Component]:
    said = [words.amount(row["quantity"])] if row["quantity"] is not None else []
    said += [f"{words.amount(row['value'])} {row['currency'] or ''}".strip()] if row["value"] is not None else []
    return [html.Div(text) for text in said]


def _path(named: Mapping[str, str], past: Mapping[str, Any]) -> Component:
    return html.A(named["transaction_id"], href=links.path(named["workflow"], named["transaction_id"], **past), className="path-link")


def _evidence(row: Row, past: Mapping[str, Any]) -> Component:
    events = row["events"]
    lines = [html.Li(_event(event, row["timezone"], row["from_ns"], past)) for event in events[:MOST_EVIDENCE]]
    rest = (
        [html.Li(_n("and {number} event more", "and {number} events more", len(events) - MOST_EVIDENCE), className="muted")]
        if len(events) > MOST_EVIDENCE
        else []
    )
    return html.Ul([*lines, *rest], className="rules-evidence")


def _event(event: Mapping[str, Any], zone: str, today_ns: int, past: Mapping[str, Any]) -> list[Any]:
    what = words.step_words(event["event_type"], event["system"])
    said = html.A(what, href=links.to("path", trace=event["trace_id"], **past)) if event["trace_id"] else what
    return [said, html.Span(f" {times.brief(event['event_ns'], zone, today_ns)}", className="muted nowrap")]
