"""Behind the accuracy of inventory stand no transactions but keys of stock: pair of snapshots by pair, each with what differs in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, scrolling
from app.components.pager import ROWS, pager
from app.components.tiles import name_of
from app.figures import stock, times, words
from app.figures.rows import rows_of
from app.instants import instant_text
from app.pages.narrowing import kept_of
from metrics.cases import Cases
from metrics.catalog import Metric
from metrics.inventory import pairs, pairs_counted
from metrics.read import Reader
from metrics.texts import _, _later, _n

Row = Mapping[str, Any]
METRIC = "inventory_sync_accuracy"
WORDS = {
    "good": (_later("Agree"), "circle-check", "ok"),
    "bad": (_later("Differ"), "circle-x", "failed"),
}  # outcome of a key → word, icon, colour


def drawn(metric: Metric, asked: Cases, now: Reader, at: reader.AsOf, start: int, query: Mapping[str, Any]) -> Component:
    """The page of this metric's cases."""
    summed, rows, zone = pairs_counted(now, asked), rows_of(pairs(now, asked, start, start + ROWS)), now.timezone()
    kept = kept_of(query)
    total = int(rows[0]["pairs"]) if rows else 0
    return html.Div(
        [
            head(_(metric.title), _(metric.question)),
            moment.banner(at, zone),
            card(None, html.P(_sentence(metric, asked, summed)), _outcomes(asked, summed, kept)),
            _list(rows, asked, zone, at.moment.as_of_ns, kept) if rows else _nothing(asked, summed),
            pager(start, total, lambda page: links.to("cases", **{**kept, "page": page})),
        ]
    )


def _sentence(metric: Metric, asked: Cases, summed: Mapping[str, int]) -> str:
    site = name_of(asked.site) if asked.site else None
    promise = _("Promised: {share}.", share=stock.share_of(metric.goal))
    decided = summed["good"] + summed["bad"]
    if not decided:
        nothing = _("No stock was compared at {site}.", site=site) if site else _("No stock was compared.")
        return f"{nothing} {promise}"
    keys = _n("{number} key", "{number} keys", decided)
    slots = {"accuracy": stock.accuracy(summed["good"], summed["bad"]), "keys": keys}
    agreed = _("{accuracy} of {keys} agreed at {site}", site=site, **slots) if site else _("{accuracy} of {keys} agreed", **slots)
    said = _n("{agreed}, in {number} pair of snapshots", "{agreed}, in {number} pairs of snapshots", summed["pairs"], agreed=agreed)
    if summed["not_comparable"]:
        said = _("{said}, {number} more could not be compared", said=said, number=summed["not_comparable"])
    return f"{said}. {promise}"


def _outcomes(asked: Cases, summed: Mapping[str, int], kept: Mapping[str, Any]) -> Component:
    """Each narrows the list to the pairs that have such keys; the chosen one gives it free again."""
    chips = []
    for outcome, (word, picture, kind) in WORDS.items():
        chosen = asked.outcome == outcome
        parts = [icon(picture), f" {_(word)} ", html.B(words.number(summed[outcome]))]
        href = links.to("cases", **{**kept, "outcome": None if chosen else outcome})
        chips.append(html.A(parts, href=href, className=f"pill mark-{kind}", **({"aria-current": "true"} if chosen else {})))
    return html.Nav(chips, className="cases-outcomes", **{"aria-label": _("Outcome")})


def _list(rows: Sequence[Row], asked: Cases, zone: str, as_of_ns: int, kept: Mapping[str, Any]) -> Component:
    names = {"Snapshots": "", "Site": "", "Accuracy": "right", "Keys that differ": "right", "Not comparable": "right"}
    heads = html.Tr([html.Th(name, className=side or None) for name, side in names.items()])
    table = html.Table([html.Thead(heads), html.Tbody([_line(row, as_of_ns, kept) for row in rows])], className="table")
    span = _("{first} to {last}", first=times.full(asked.from_ns, zone), last=times.full(asked.to_ns - 1, zone))
    aside = html.Span(_("{span}, the newest first; each opens what differed then", span=span), className="muted")
    return card(_("Pairs of snapshots"), scrolling(table, _("Pairs of snapshots")), aside=aside)


def _line(row: Row, as_of_ns: int, kept: Mapping[str, Any]) -> Component:
    good, bad = row["good"], row["bad"]
    known = {"known_at": kept["known_at"]} if "known_at" in kept else {}
    href = links.to("inventory", site=row["site"], as_of=instant_text(row["snapshot_ns"]), **known)
    return html.Tr(
        [
            html.Td(html.A(times.brief(row["snapshot_ns"], row["timezone"], as_of_ns), href=href), className="nowrap"),
            html.Td(name_of(row["site"])),
            html.Td(stock.accuracy(good, bad), className="right nowrap"),
            html.Td(_("{bad} of {all}", bad=bad, all=good + bad), className="right nowrap"),
            html.Td(words.number(row["not_comparable"]), className="right"),
        ]
    )


def _nothing(asked: Cases, summed: Mapping[str, int]) -> Component:
    if asked.outcome not in (None, *WORDS):
        return empty(_("Keys of stock agree or differ"), _("None is open, and none waits for a feed."), picture="list")
    if not summed["pairs"]:
        text = _(
            "Each pair of snapshots that is compared would stand here, with the keys that differ. Snapshots that do not meet are no pair."
        )
        return empty(_("No stock was compared in this period"), text, picture="inbox")
    if asked.outcome == "bad":
        return empty(_("Everything agreed in this period"), _("Each pair in which a key differs would stand here."), picture="circle-check")
    return empty(
        _("The list is not that long"),
        _n("There are {number} pair of snapshots.", "There are {number} pairs of snapshots.", summed["pairs"]),
        picture="list",
    )
