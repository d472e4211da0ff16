"""Inventory: do two systems have the same stock, why not, and what does planning get wrong by it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import annotated, links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.planning import planning
from app.components.tiles import name_of
from app.figures import marks, stock, times, words
from app.figures.marks import Noted
from app.figures.promises import Word
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from metrics.inventory import CAUSES, GROUPS, SHOWN, Asked, Stock
from metrics.keys import unknown
from metrics.texts import _, _later

Row = Mapping[str, Any]
MOVES = "stock_movement_sync"
NONE = "none"  # in an address: of no location, of no class
LABELS = {"by": _later("Summed up by"), "show": _later("Which keys")}  # name in the address → what the choice is about
PARTS = {"site": _later("Site"), "location": _later("Location"), "abc_class": _later("ABC class")}
HEADS = (_later("Item"), _later("Where"), _later("Stock"), "{other}", "{reference}", _later("Difference"), _later("Worth"), _later("Why"))
NUMBERS = ("{other}", "{reference}", _later("Difference"), _later("Worth"))


@dataclass(frozen=True, slots=True)
class Page:
    """What the address asks for, and what the reader answered."""

    at: reader.AsOf
    asked: Asked
    by: str
    start: int
    query: Mapping[str, Any]
    sites: Sequence[Row]
    history: Sequence[Row]
    rows: Sequence[Row]
    causes: Mapping[str, tuple[int, int]]
    misstated: Sequence[Row]
    zone: str

    def to(self, **changed: Any) -> str:
        """The address with this changed; a list begins at its first page again."""
        return links.to("inventory", **{**self.query, "page": None, **changed})

    def keys(self, **only: Any) -> str:
        """The address of the keys that a figure counts: narrowed to this, and to nothing else."""
        return self.to(**{**dict.fromkeys(("site", "location", "class", "item", "cause", "show")), **only})

    @property
    def past(self) -> dict[str, Any]:
        return {name: self.query[name] for name in ("as_of", "known_at") if name in self.query}


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    try:
        asked, by, start = _asked(query)
    except ValueError as wrong:
        raise WrongAddress(str(wrong)) from wrong
    with reader.reader(at) as now:
        if wrong_site := asked.site and unknown_site(asked.site, now):
            raise WrongAddress(wrong_site)
        found = Stock(now)
        page = Page(
            at,
            asked,
            by,
            start,
            {name: links.one(value) for name, value in query.items()},
            rows_of(found.sites()),
            rows_of(found.history(by, asked.site)),
            rows_of(found.differences(asked, start, start + ROWS)),
            found.causes(asked),
            rows_of(found.misstated(asked.site)),
            now.timezone(),
        )
    return html.Div([head(_("Inventory"), _question()), moment.banner(at, page.zone), *_body(page)], className="inventory")


def _body(page: Page) -> list[Component | None]:
    shown = [row for row in page.sites if page.asked.site in (None, row["site"])]
    if not shown:
        return [stock.nothing_compared(page.asked.site, _rules())]
    wrong = planning(
        page.misstated, _rules(), reader.definitions().inventory.currency, lambda item: page.keys(site=page.asked.site, item=item)
    )
    return [_now(page, shown), _history(page), wrong, _differences(page)]


def _asked(query: Mapping[str, Any]) -> tuple[Asked, str, int]:
    """Which keys, by which parts their history is told, and the first row. Raises ValueError with a sentence."""
    said = {name: links.one(query.get(name)) for name in ("site", "location", "class", "item", "cause", "show", "by", "page")}
    known = {"cause": CAUSES, "show": SHOWN, "by": GROUPS}
    for name, allowed in known.items():
        if said[name] is not None and said[name] not in allowed:
            raise ValueError(words.sentence(unknown(name, said[name] or "", allowed)))
    location, abc_class = ("" if said[name] == NONE else said[name] for name in ("location", "class"))
    asked = Asked(said["site"], location, abc_class, said["item"], said["cause"], said["show"] or SHOWN[0])
    return asked, said["by"] or "site", first_row(said["page"])


def _rules() -> tuple[str, str]:
    """The names of the two systems: the one held against, the reference."""
    rules = reader.definitions().inventory
    return words.system_word(rules.other), words.system_word(rules.reference)


def _question() -> str:
    other, reference = _rules()
    return _("Does the {other} have in stock what the {reference} has, and if not, which movement is it?", other=other, reference=reference)


def _goal() -> Fraction:
    return next(Fraction(str(metric.goal)) for metric in reader.definitions().metrics if metric.name == "inventory_sync_accuracy")


# -- how accurate it is now --------------------------------------------------------------------------------------------
def _now(page: Page, shown: Sequence[Row]) -> Component:
    heads = [html.Th(text, className="right" if number else None) for text, number in _site_heads()]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody([_site(row, page) for row in shown])], className="table")
    aside = html.Span(_("Promised: {share} of the keys agree", share=stock.share_of(float(_goal()))), className="muted")
    return card(_("Now"), scrolling(table, _("Accuracy by site")), aside=aside)


def _site_heads() -> Sequence[tuple[str, bool]]:
    return (
        (_("Site"), False), (_("Accuracy"), True), (_("Keys that differ"), True), (_("Unexplained"), True), (_("Not comparable"), True),
        (_("By quantity"), True), (_("By value"), True), (_("Compared"), False),
    )  # fmt: skip


def _site(row: Row, page: Page) -> Component:
    name = html.Th(html.A(name_of(row["site"]), href=page.to(site=row["site"])), scope="row")
    if row["pair_ns"] is None:
        return html.Tr([name, html.Td(_why_not(row), colSpan=len(_site_heads()) - 1)])
    good, bad = row["good"], row["bad"]
    kind = "nodata" if not good + bad else "ok" if good >= _goal() * (good + bad) else "failed"
    picture = {"nodata": "circle-dashed", "ok": "circle-check", "failed": "circle-x"}[kind]
    return html.Tr(
        [
            name,
            html.Td(html.Span([icon(picture), " ", html.B(stock.accuracy(good, bad))], className=f"mark-{kind} nowrap"), className="right"),
            html.Td(
                html.A(_("{bad} of {all}", bad=bad, all=good + bad), href=page.keys(site=row["site"], show="misses")),
                className="right nowrap",
            ),
            _count(row["unexplained"], page.keys(site=row["site"], cause="unexplained")),
            _count(row["not_comparable"], page.keys(site=row["site"], cause="not_comparable")),
            html.Td(_nearness(row["gross_quantity"]), className="right"),
            html.Td(_nearness(row["gross_value"]), className="right"),
            html.Td(_when(row, page)),
        ]
    )


def _count(number: int, href: str) -> Component:
    return html.Td(html.A(words.number(number), href=href) if number else html.Span("0", className="muted"), className="right")


def _nearness(value: float | None) -> Any:
    return html.Span(_("no data"), className="muted") if value is None else stock.share_of(value)


def _when(row: Row, page: Page) -> list[Any]:
    """At which moment, and what has come since and finds no partner."""
    told = [
        times.brief(row["pair_ns"], row["timezone"], page.at.moment.as_of_ns),
        html.Span(f", {stock.apart(abs(row['other_ns'] - row['reference_ns']))}"),
    ]
    age = page.at.moment.as_of_ns - row["pair_ns"]
    return [html.Span(told, className="nowrap"), html.Div(_("{duration} ago", duration=words.duration(age / 1e9)), className="muted")]


def _why_not(row: Row) -> Component:
    """Neither right nor wrong: the snapshots do not meet."""
    other, reference = _rules()
    sides = {other: row["newest_other_ns"], reference: row["newest_reference_ns"]}
    absent = next((name for name, ns in sides.items() if ns is None), None)
    if absent:
        sentence = _("Not comparable: there is no snapshot of the {system}.", system=absent)
    else:
        newest = ", ".join(f"{name} {times.full(ns, row['timezone'])}" for name, ns in sides.items())
        sentence = _(
            "Not comparable: no two snapshots are within {duration} of each other. The newest: {newest}.",
            duration=words.duration(row["gap_ns"] / 1e9),
            newest=newest,
        )
    return html.Span([icon("unplug"), f" {sentence}"], className="mark-unjudged")


# -- how accurate it was -----------------------------------------------------------------------------------------------
def _history(page: Page) -> Component | None:
    if not page.history:
        return None
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in page.history:
        groups.setdefault((row["site"], row["part"]), []).append(row)
    names = (_("Site"),) if page.by == "site" else (_("Site"), _(PARTS[page.by]))
    heads = [
        *(html.Th(name) for name in names),
        html.Th(_("Now"), className="right"),
        html.Th(_("The newest pairs of snapshots, the oldest first")),
    ]
    found = marks.numbered(_noted(groups, page))
    lines = [_group(site, part, rows, noted, page) for ((site, part), rows), noted in zip(groups.items(), found, strict=True)]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(lines)], className="table inventory-history")
    goal = stock.share_of(float(1 - _goal()))
    legend = html.P(
        _(
            "Each column is the share of keys that differ in a pair of snapshots; it opens what differed then. "
            "The dashed line is the {goal} that the promise leaves, a hatched column is above it.",
            goal=goal,
        ),
        className="muted",
    )
    bounds = [row["pair_ns"] for row in page.history]
    explained = marks.together(found, annotated.around(page.at, page.zone))
    below = annotated.below(explained, min(bounds), max(bounds), site=page.asked.site)
    return card(
        _("From snapshot to snapshot"), scrolling(table, _("Accuracy over time")), legend, below, aside=_choices(page, "by", PARTS, page.by)
    )


def _noted(groups: Mapping[tuple[str, str], Sequence[Row]], page: Page) -> list[Noted]:
    """What was noted of the site of each group, at its columns."""
    bounds = [row["pair_ns"] for row in page.history]
    every, around = annotated.noted(page.at, min(bounds), max(bounds)), annotated.around(page.at, page.zone)
    mine = ([each for each in every if each.is_about([site])][-marks.MOST_MARKS :] for site, _part in groups)
    edges = (marks.between([row["pair_ns"] for row in rows]) for rows in groups.values())
    return [Noted(marks.marks_on(*of_group), around) for of_group in zip(edges, mine, strict=True)]


def _group(site: str, part: str, rows: Sequence[Row], noted: Noted, page: Page) -> Component:
    zone = next((each["timezone"] for each in page.sites if each["site"] == site), page.zone)
    cells = [html.Th(html.A(name_of(site), href=page.to(site=site)), scope="row")]
    mine = {"site": site}
    if page.by != "site":
        mine[{"location": "location", "abc_class": "class"}[page.by]] = part or NONE
        cells.append(html.Td(html.A(part or _none(page.by), href=page.to(**mine))))
    newest = rows[-1]

    def then(ns: int) -> str:
        return page.keys(as_of=instant_text(ns), show="misses", **mine)

    cells += [
        html.Td(html.A(stock.accuracy(newest["good"], newest["bad"]), href=page.keys(show="misses", **mine)), className="right nowrap"),
        html.Td(stock.columns(rows, _goal(), zone, then, noted), className="pairs-cell"),
    ]
    return html.Tr(cells)


def _none(by: str) -> str:
    return _("no location") if by == "location" else _("no class")


def _choices(page: Page, name: str, choices: Mapping[str, str], chosen: str) -> Component:
    pills = [
        html.A(_(text), href=page.to(**{name: value}), className="pill", **({"aria-current": "true"} if value == chosen else {}))
        for value, text in choices.items()
    ]
    return html.Nav(pills, className="inventory-choices", **{"aria-label": _(LABELS[name])})


# -- what differs and why ----------------------------------------------------------------------------------------------
def _differences(page: Page) -> Component:
    total = page.rows[0]["keys"] if page.rows else 0
    other, reference = _rules()
    heads = [html.Th(_(name, other=other, reference=reference), className="right" if name in NUMBERS else None) for name in HEADS]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody([_line(row, page) for row in page.rows])], className="table inventory-list")
    body = scrolling(table, _("Stock keys")) if page.rows else _no_rows(page)
    titles = {"differences": _("Only what differs"), "misses": _("Only what counts as wrong"), "all": _("Everything")}
    shown = _choices(page, "show", titles, page.asked.shown)
    narrowed = html.Div([*_chosen(page), _causes(page)], className="inventory-narrowed")
    return html.Div([card(_("Key by key"), narrowed, body, aside=shown), pager(page.start, total, lambda number: page.to(page=number))])


def _chosen(page: Page) -> list[Component]:
    """What the list is narrowed to; each gives itself free again."""
    said = {"site": page.asked.site, "location": page.asked.location, "class": page.asked.abc_class, "item": page.asked.item}
    titles = {"site": _("Site"), "location": _("Location"), "class": _("Class"), "item": _("Item")}
    return [
        html.A(
            [f"{titles[name]}: {value or _(NONE)} ", icon("x")], href=page.to(**{name: None}), className="pill pill-drop", title=_("Remove")
        )
        for name, value in said.items()
        if value is not None
    ]


def _causes(page: Page) -> Component:
    chips = []
    for name, (keys, _quantity_of) in ((name, page.causes[name]) for name in stock.CAUSES if name in page.causes):
        word, chosen = stock.CAUSES[name], page.asked.cause == name
        parts = [*_mark(word), " ", html.B(words.number(keys))]
        href = page.to(cause=None if chosen else name)
        chips.append(html.A(parts, href=href, title=word.meaning, className="pill", **({"aria-current": "true"} if chosen else {})))
    return html.Nav(chips, className="cases-outcomes", **{"aria-label": _("Cause")})


def _line(row: Row, page: Page) -> Component:
    where = [html.Div(name_of(row["site"])), html.Div(row["location"] or _("no location"), className="muted")]
    lot = [html.Div(row["batch"]) if row["batch"] else None, html.Div(row["stock_status"].replace("_", " "), className="muted")]
    item = [
        html.B(row["item"]),
        html.Div(_("class {abc_class}", abc_class=row["abc_class"]), className="muted") if row["abc_class"] else None,
    ]
    return html.Tr(
        [
            html.Td(item),
            html.Td(where),
            html.Td(lot),
            html.Td(_quantity(row["erp"]), className="right nowrap"),
            html.Td(_quantity(row["wms"]), className="right nowrap"),
            html.Td(_difference(row), className="right nowrap"),
            html.Td(stock.money(row["difference_value"], row["currency"]) if row["difference"] else "", className="right nowrap"),
            html.Td(_why(row, page)),
        ]
    )


def _quantity(value: Any) -> Any:
    return html.Span(_("not there"), className="muted") if value is None else words.amount(value)


def _difference(row: Row) -> Any:
    if row["hit"] is None:
        return html.Span([icon("unplug"), f" {_('not comparable')}"], className="mark-unjudged")
    text = stock.signed(row["difference"], row["uom"])
    if not row["hit"]:
        return html.B(text, className="mark-failed")
    return html.Span([text, html.Div(_("tolerated"), className="muted")] if row["difference"] else _("agrees"), className="mark-ok")


def _why(row: Row, page: Page) -> list[Component]:
    told = [html.Div([icon("info"), f" {row['trouble'][:1].upper()}{row['trouble'][1:]}."], className="muted")] if row["trouble"] else []
    told += [_cause(cause, page) for cause in row["causes"]]
    if row["unexplained"]:
        word = stock.CAUSES["unexplained"]
        told.append(
            html.Div([*_mark(word), " ", html.B(stock.signed(row["unexplained"]))], className="inventory-cause", title=word.meaning)
        )
    return told


def _cause(cause: Row, page: Page) -> Component:
    word, movement = stock.CAUSES[cause["cause"]], cause["transaction_id"]
    quantity = "" if cause["quantity"] is None else stock.signed(cause["quantity"])
    link = (
        html.A(movement, href=links.path(MOVES, movement, **page.past))
        if movement
        else html.Span(_("at a site you may not see"), className="muted")
    )
    return html.Div([*_mark(word), " ", html.B(quantity), " ", link], className="inventory-cause", title=word.meaning)


def _mark(word: Word) -> list[Any]:
    """The picture in its colour, the word in ink: amber words nobody reads."""
    return [html.Span(icon(word.icon), className=f"mark-{word.kind}"), f" {word.word}"]


# -- nothing -----------------------------------------------------------------------------------------------------------
def _no_rows(page: Page) -> Component:
    asked = page.asked
    is_narrowed = asked.cause or asked.location is not None or asked.abc_class is not None or asked.item or asked.shown == "misses"
    if page.start:
        return empty(_("The list is not that long"), _("Its first page has all there is."), picture="list")
    if is_narrowed:
        return empty(_("Nothing is like this"), _("No stock key of these snapshots fits what the list is narrowed to."), picture="list")
    return empty(
        _("Everything agrees"),
        _("Each key whose quantities differ would stand here, with the movements that explain it."),
        picture="circle-check",
    )
