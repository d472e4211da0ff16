"""Suppliers: who answers in time, who keeps what was promised, and which orders are open with whom?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.figures import promises, times, words
from app.figures.rows import rows_of
from app.pages import supplier
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, PERIODS, period_inside
from metrics.suppliers import Suppliers
from metrics.texts import _, _later, _n, language

Row = Mapping[str, Any]
USUAL = "28d"
HEADS = (
    _later("Supplier"),
    _later("Open orders"),
    _later("Overdue"),
    _later("Failed"),
    _later("Answered in time"),
    _later("Answer takes"),
    _later("Waiting"),
    _later("Promises kept"),
    _later("On time, in full"),
    _later("Receipts"),
    _later("Overdue from it"),
)
OTHER_HEADS = (_later("Carrier or other partner"), _later("Open"), _later("Overdue"), _later("Failed"), _later("Last heard"))
ASKED = ("good", "bad", "waiting", "kept", "broken", "receipts", "unanswered")  # one of them makes it a supplier


def layout(**query: Any) -> Component:
    at, period = reader.as_of(query), links.one(query.get("period")) or USUAL
    if period not in PERIODS:
        raise WrongAddress(_("There is no period '{period}'. Known: {names}.", period=period, names=", ".join(PERIODS)))
    from_ns = at.moment.as_of_ns - PERIODS[period][1] * HOUR_NS
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    titles = {partner.name: partner.title or partner.name for partner in reader.definitions().partners}
    partner, as_of_ns = links.one(query.get("partner")), at.moment.as_of_ns
    try:
        chosen = supplier.chosen_of(query)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        zone = now.timezone()
        asked = Suppliers(now, from_ns, partner, supplier.first_week(as_of_ns, zone) if partner else None)
        rows = rows_of(asked.standing())
        whole = supplier.View(at, partner or "", from_ns, zone, period, as_of_ns, past)
        below = supplier.body(asked, rows[0], chosen, whole) if partner and rows else []
    heading = titles.get(partner or "", partner) or _("Suppliers")
    controls = _periods(period, {**past, "partner": partner})
    if partner:
        shown = [supplier.cards(rows[0], from_ns, past), *below] if rows else [_unknown(partner)]
        said = _("How it did in the {period}, and what is open with it.", period=period_inside(period))
        back = html.P(html.A(_("All suppliers"), href=links.to("suppliers", period=period, **past)))
        quiet = supplier.quiet(rows[0], zone, as_of_ns) if rows else None
        return html.Div([head(heading, said, controls), back, moment.banner(at, zone), quiet, *shown], className="suppliers")
    view = _View(titles, from_ns, zone, period, as_of_ns, past)
    return html.Div([head(heading, _summary(rows, period), controls), moment.banner(at, zone), *_tables(rows, view)], className="suppliers")


@dataclass(frozen=True, slots=True)
class _View:
    """What every line is drawn with."""

    titles: Mapping[str, str]
    from_ns: int
    zone: str
    period: str
    as_of_ns: int
    past: Mapping[str, Any]


def _is_supplier(row: Row) -> bool:
    return any(row[name] for name in ASKED)


def _summary(rows: Sequence[Row], period: str) -> str:
    overdue, waiting = (sum(row[name] for row in rows) for name in ("overdue", "waiting"))
    asked = sum(_is_supplier(row) for row in rows)
    partners = [_n("{number} supplier", "{number} suppliers", asked)]
    if asked < len(rows):
        partners.append(_n("{number} other partner", "{number} other partners", len(rows) - asked))
    late, unanswered = _n("{number} order", "{number} orders", overdue), _n("{number} order", "{number} orders", waiting)
    return _(
        "{partners} in the {period}: {late} overdue, {unanswered} still waiting for an answer.",
        partners=language().listed(partners),
        period=period_inside(period),
        late=late,
        unanswered=unanswered,
    )


def _periods(period: str, past: Mapping[str, Any]) -> Component:
    return choices(
        _("Period"), ((_(title), links.to("suppliers", period=name, **past), name == period) for name, (title, _hours) in PERIODS.items())
    )


def _tables(rows: Sequence[Row], view: _View) -> list[Component]:
    asked, others = [row for row in rows if _is_supplier(row)], [row for row in rows if not _is_supplier(row)]
    cards = []
    if asked:
        aside = _("Answers in each one's working time; the most overdue first")
        cards.append(_table(_("Suppliers"), HEADS, [_line(row, view) for row in asked], aside))
    if others:
        aside = _("Nobody waits for an answer or a promise of theirs")
        cards.append(_table(_("Carriers and others"), OTHER_HEADS, [_other(row, view) for row in others], aside))
    return cards or [_nothing()]


def _table(title: str, names: Sequence[str], lines: Sequence[Component], aside: str) -> Component:
    heads = html.Tr([html.Th(_(name), className="num" if number else None) for number, name in enumerate(names)])
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table interfaces-table")
    return card(title, scrolling(table, title), aside=html.Span(aside, className="muted"))


def _name(row: Row, view: _View, below: Any = None) -> Component:
    partner = row["partner"]
    title = view.titles.get(partner, partner)
    name = [html.B(title), html.Div(partner, className="muted") if title != partner else None]
    mine = links.to("suppliers", period=view.period, partner=partner, **view.past)
    quiet = html.Div([icon("unplug"), f" {_('quiet')}"], className="mark-unjudged") if row["is_quiet"] else None
    return html.Td([html.A(name, href=mine), below, quiet])


def _standing(row: Row, view: _View) -> list[Component]:
    """What is open with it, overdue and failed."""
    listed: dict[str, Any] = {"partner": row["partner"], **view.past}
    return [
        _count(row["open"], links.transactions(state="open", **listed)),
        _count(row["overdue"], links.transactions(status="overdue", **listed), "mark-overdue"),
        _count(row["failed"], links.transactions(status="failed", **listed), "mark-failed"),
    ]


def _line(row: Row, view: _View) -> Component:
    answers = supplier.answers(row["partner"], view.from_ns, view.past)
    mine = links.to("suppliers", period=view.period, partner=row["partner"], **view.past)
    heard = html.Div(_("heard {time}", time=times.brief(row["newest_event_ns"], view.zone, view.as_of_ns)), className="muted nowrap")
    return html.Tr(
        [
            _name(row, view, heard),
            *_standing(row, view),
            _share(row["good"], row["bad"], links.to("cases", **answers), supplier.goal(), _clock_faults(row, answers)),
            html.Td(_took(row["p50"], row["p90"], links.to("cases", reached="yes", **answers)), className="num nowrap"),
            _count(row["waiting"], links.to("cases", outcome="open", **answers)),
            _share(row["kept"], row["broken"], f"{mine}#promises"),
            _share(row["whole"], row["not_whole"], f"{mine}#promises"),
            _receipts(row, f"{mine}#receipts"),
            _count(row["unanswered"], f"{mine}#unanswered", "mark-overdue"),
        ]
    )


def _other(row: Row, view: _View) -> Component:
    heard = html.Td(times.brief(row["newest_event_ns"], view.zone, view.as_of_ns), className="num nowrap")
    return html.Tr([_name(row, view), *_standing(row, view), heard])


def _receipts(row: Row, href: str) -> Component:
    """How many messages it said it could read, and how many it could not."""
    if not row["receipts"]:
        return html.Td(html.Span(_("none"), className="muted"), className="num")
    unread = html.Div(_("{unread} unread", unread=row["unread"]), className="mark-failed nowrap") if row["unread"] else None
    return html.Td([html.A(words.number(row["receipts"]), href=href), unread], className="num")


def _count(number: int, href: str, mark: str = "") -> Component:
    return html.Td(
        html.A(words.number(number), href=href, className=mark) if number else html.Span("0", className="muted"), className="num"
    )


def _share(good: int, bad: int, href: str, like: Fraction | None = None, beside: Component | None = None) -> Component:
    """A share with what it is of; without anything decided it is no data, which is not zero."""
    if not good + bad:
        return html.Td([html.Span(_("no data"), className="muted"), beside], className="num nowrap")
    told = html.A(promises.share(Fraction(good, good + bad), like), href=href)
    return html.Td([told, html.Span(_("of {all}", all=good + bad), className="muted interfaces-share"), beside], className="num nowrap")


def _clock_faults(row: Row, answers: Mapping[str, Any]) -> Component | None:
    """Answers from before they were asked for: in neither the share nor the times."""
    if not row["clock_faults"]:
        return None
    many = _n("{number} clock fault", "{number} clock faults", row["clock_faults"])
    return html.A(many, href=links.to("cases", outcome="clock_fault", **answers), className="mark-inconsistent interfaces-share")


def _took(half: float | None, most: float | None, href: str) -> list[Component | str]:
    """The time that half of the answers took at most, and nine in ten of them."""
    if half is None or most is None:
        return [html.Span(_("no data"), className="muted")]
    return [html.A(words.duration(half), href=href), html.Div(f"90 %: {words.duration(most)}", className="muted")]


def _unknown(partner: str) -> Component:
    text = _("In this period no transaction that you may see names '{partner}'.", partner=partner)
    return empty(_("No such supplier"), text, button(_("All suppliers"), links.to("suppliers"), quiet=True), picture="users")


def _nothing() -> Component:
    return empty(
        _("No transaction names a supplier"),
        _(
            "How fast each one answers, what it promised and kept, and what is open with it would stand here. "
            "Events name it as mfg.partner."
        ),
        button(_("How to map it"), links.to("docs", page="mapping"), quiet=True),
        picture="users",
    )
