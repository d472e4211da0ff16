"""At risk: which open orders does something hold up, by when are they needed, and what is it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.kpis import card as kpi
from app.components.page import button, card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.rows import rows_of
from app.figures.stakes import customer_words, money_words, needed_words, order_link, quantity_words, span_words, workflows_of
from app.figures.words import type_words
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, unknown_site
from metrics import impact
from metrics.impact import Group, Summary
from metrics.impact_settings import Costs
from metrics.keys import unknown
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]
KINDS = {  # kind → word, icon, colour
    "failed": (_later("Failed"), "circle-x", "failed"),
    "missing": (_later("Missing"), "hourglass", "overdue"),
    "violation": (_later("Rule broken"), "shuffle", "inconsistent"),
    "unjudged": (_later("Cannot judge"), "unplug", "unjudged"),
}
NEEDED = {  # name → words, hours from the moment: from … until before
    "late": (_later("Day is past"), None, 0),
    "24h": (_later("Next 24 hours"), 0, 24),
    "7d": (_later("Next 7 days"), 0, 7 * 24),
}
MOST_HOLDS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they stand in the address."""

    kind: str | None = None
    workflow: str | None = None
    milestone: str | None = None
    error_class: str | None = None
    site: str | None = None
    order: str | None = None
    needed: str | None = None

    @property
    def group(self) -> Group:
        return Group(self.kind, self.workflow, self.milestone, self.error_class, self.site)

    def between(self, as_of_ns: int) -> tuple[int | None, int | None]:
        _word, since, until = NEEDED.get(self.needed or "", ("", None, None))
        return None if since is None else as_of_ns + since * HOUR_NS, None if until is None else as_of_ns + until * HOUR_NS


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    asked, as_of_ns = Asked(**{field.name: links.one(query.get(field.name)) for field in fields(Asked)}), at.moment.as_of_ns
    try:
        start = first_row(links.one(query.get("page")))
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    if wrongs := _wrong(asked):
        raise WrongAddress(wrongs)
    with reader.reader(at) as now:
        if asked.site and (stranger := unknown_site(asked.site, now)):
            raise WrongAddress(stranger)
        listed = rows_of(impact.at_risk(now, asked.group, asked.order, asked.between(as_of_ns), (start, start + ROWS)))
        late = impact.open_orders(now, asked.order, (None, as_of_ns))
        summary, workflows, zone, sites = (
            impact.summed(now),
            rows_of(now.workflows()),
            now.timezone(),
            [name for name, _zone in now.sites()],
        )
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    kept = {**{field.name: getattr(asked, field.name) for field in fields(Asked)}, **past}
    total = int(listed[0]["orders"]) if listed else 0
    return html.Div(
        [
            head(
                _("At risk"), _("Open orders that something holds up. As of {time}.", time=times.full(as_of_ns, zone)), _sites(sites, kept)
            ),
            moment.banner(at, zone),
            _chips(kept),
            *([_cards(summary, listed[0], (total, late), as_of_ns, kept)] if listed and not start else []),
            _list(listed, _Around(workflows_of(workflows), _steps(workflows), as_of_ns, past)) if listed else _nothing(asked, start),
            pager(start, total, lambda page: links.to("at-risk", **kept, page=page)),
        ],
        className="at-risk",
    )


def _wrong(asked: Asked) -> str | None:
    """A sentence for what nothing can be."""
    known: dict[str, Sequence[str]] = {"kind": tuple(KINDS), "needed": tuple(NEEDED), "order": reader.definitions().impact.orders}
    for name, words_known in known.items():
        value = getattr(asked, name)
        if value is not None and value not in words_known:
            return words.sentence(
                unknown({"kind": _("trouble"), "needed": _("period"), "order": _("kind of order")}[name], value, words_known)
            )
    return None


def _steps(workflows: Sequence[Row]) -> dict[tuple[str, str], str]:
    return {(w["workflow"], s["milestone"]): words.step_words(s["event_type"], s["system"]) for w in workflows for s in w["steps"]}


def _sites(sites: Sequence[str], kept: Mapping[str, Any]) -> Component | None:
    if len(sites) < 2:
        return None
    return html.Nav([_chip(name_of(site), "site", site, kept) for site in sites], className="stakes-chips", **{"aria-label": _("Site")})


def _chips(kept: Mapping[str, Any]) -> Component:
    """What narrows the list; the chosen one gives it free again."""
    narrowed = [name for name in ("workflow", "milestone", "error_class") if kept.get(name)]
    free = html.A(
        [f"{', '.join(str(kept[name]) for name in narrowed)} ", icon("x", _("show all"))],
        href=links.to("at-risk", **{**kept, **dict.fromkeys(narrowed)}),
        className="pill",
        **{"aria-current": "true"},
    )
    rows = [
        (_("Needed"), [_chip(_(word), "needed", name, kept) for name, (word, *_hours) in NEEDED.items()]),
        (_("Held up by"), [_chip(_(word), "kind", name, kept, picture, kind) for name, (word, picture, kind) in KINDS.items()]),
        (_("Order"), [_chip(type_words(name).capitalize(), "order", name, kept) for name in reader.definitions().impact.orders]),
    ]
    shown = [html.Nav(chips, className="stakes-chips", **{"aria-label": label}) for label, chips in rows]
    return html.Div([*shown, *([free] if narrowed else [])], className="stakes-filters")


def _chip(word: str, name: str, value: str, kept: Mapping[str, Any], picture: str = "", kind: str = "") -> Component:
    chosen = kept.get(name) == value
    parts = [icon(picture), f" {word}"] if picture else [word]
    current = {"aria-current": "true"} if chosen else {}
    href = links.to("at-risk", **{**kept, name: None if chosen else value, "page": None})
    return html.A(parts, href=href, className=f"pill mark-{kind}" if kind else "pill", **current)


def _cards(summary: Summary, first: Row, orders: tuple[int, int], as_of_ns: int, kept: Mapping[str, Any]) -> Component:
    """`first`: the order that is needed first; `orders`: how many are listed, and how many of that kind are past their day."""
    listed, late = orders
    need, zone = first["need_ns"], first["timezone"]
    # The sum and the customers are those of all that is in trouble, also where only some of its orders are listed.
    is_narrowed = kept["needed"] or kept["order"]
    known = _n(
        "known of {valued} of {number} transaction",
        "known of {valued} of {number} transactions",
        summary.transactions,
        valued=summary.valued,
    )
    customers = customer_words(summary.customers) or _("none is named")
    if is_narrowed:
        known = _("{what}, of all that is held up", what=known)
        customers = _("{what}, of all that is held up", what=customers) if summary.customers else customers
    day = _("not said") if need is None else times.brief(need, zone, as_of_ns)
    left = _("no order says a day") if need is None else span_words(need, as_of_ns)
    past_href = links.to("at-risk", **{**kept, "needed": "late"})
    return html.Div(
        [
            kpi(
                _("Open orders"),
                words.number(listed),
                "",
                _n("held up by {number} transaction", "held up by {number} transactions", summary.transactions),
                [],
            ),
            kpi(_("Past their day"), words.number(late), "", _("needed before now"), [], "overdue" if late else "", past_href),
            kpi(_("Needed first"), day, "", left, []),
            kpi(_("Worth"), money_words(summary.worths, _costs()) or _("not known"), "", known, []),
            kpi(_("Customers"), words.number(len(summary.customers)), "", customers, []),
        ],
        className="kpis",
    )


def _costs() -> Costs:
    return reader.application().settings.costs


@dataclass(frozen=True, slots=True)
class _Around:
    """What every line is shown with: the workflow about each type of order, steps in words, the moment, a past one for links."""

    workflows: Mapping[str, str]
    steps: Mapping[tuple[str, str], str]
    as_of_ns: int
    past: Mapping[str, Any]


def _list(rows: Sequence[Row], around: _Around) -> Component:
    heads = [html.Th(name) for name in (_("Order"), _("Needed"), _("Promised"), _("Open"), _("Worth"), _("Customer"), _("Held up by"))]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody([_line(row, around) for row in rows])], className="table stakes-table")
    return card(_("Orders"), scrolling(table, _("Orders at risk")), aside=html.Span(_("The earliest needed first"), className="muted"))


def _line(row: Row, around: _Around) -> Component:
    zone, as_of_ns = row["timezone"], around.as_of_ns
    need, promised = row["need_ns"], row["promised_ns"]
    worth = f"{words.number(round(row['value']))} {row['currency'] or ''}" if row["value"] is not None else _unknown(_("not said"))
    about = f"{type_words(row['object_type'])}, {name_of(row['site'])}"
    return html.Tr(
        [
            html.Td([order_link(row, around.workflows, around.past), html.Div(about, className="muted")]),
            html.Td(needed_words(need, zone, as_of_ns) if need is not None else _unknown(_("no day said")), className="nowrap"),
            html.Td(times.brief(promised, zone, as_of_ns) if promised is not None else "", className="nowrap"),
            html.Td(_open(row)),
            html.Td(worth, className="num nowrap"),
            html.Td(row["customer"] or row["partner"] or "", dir="auto"),
            html.Td(_holds(row["holds"], around)),
        ]
    )


def _open(row: Row) -> Any:
    if not row["is_measured"] and not len(row["open_lines"]):
        return _unknown(_("not said"))
    lines = row["open_lines"]
    items = sorted({line["item"] for line in lines if line["item"]})
    about = items[0] if len(items) == 1 else _n("{number} line", "{number} lines", len(lines)) if len(lines) > 1 else ""
    return [html.Span(quantity_words(lines), className="nowrap num"), html.Div(about, className="muted")]


def _unknown(text: str) -> Component:
    return html.Span(text, className="muted")


def _holds(holds: Sequence[Row], around: _Around) -> list[Component]:
    shown = [_hold(hold, around) for hold in holds[:MOST_HOLDS]]
    more = len(holds) - MOST_HOLDS
    return [*shown, *([html.Div(_("and {number} more", number=more), className="muted")] if more > 0 else [])]


def _hold(hold: Row, around: _Around) -> Component:
    word, picture, kind = KINDS[hold["kind"]]
    step = around.steps.get((hold["workflow"], hold["milestone"]), words.event_words(hold["milestone"] or ""))
    link = html.A(hold["transaction_id"], href=links.path(hold["workflow"], hold["transaction_id"], **around.past), dir="auto")
    return html.Div([html.Span(icon(picture, _(word)), className=f"mark-{kind}"), f" {step} ", link], className="stakes-hold")


def _nothing(asked: Asked, start: int) -> Component:
    if start:
        return empty(
            _("The list is not that long"), _("Go back to its beginning."), button(_("At risk"), links.to("at-risk")), picture="list"
        )
    if asked != Asked():
        return empty(_("No order like that is at risk"), _("Choose less above."), button(_("All at risk"), links.to("at-risk"), quiet=True))
    text = _("Open orders behind failures, missing steps and broken rules would stand here, the earliest needed first.")
    return empty(_("No open order is held up"), text, picture="circle-check")
