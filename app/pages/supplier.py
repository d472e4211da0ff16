"""One supplier: week by week, what it promised and kept, what it has not answered, and its open orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from app import reader
from app.annotations.annotation import Annotation
from app.components import annotated, links
from app.components.choices import choices
from app.components.icons import icon
from app.components.kpis import card as kpi
from app.components.page import card, note, scrolling
from app.components.pager import first_row, pager
from app.components.status import STATUSES, badge
from app.components.tiles import name_of
from app.figures import marks, times, words
from app.figures import promises as shares
from app.figures.outcomes import mark
from app.figures.rows import rows_of
from app.instants import SECOND_NS, instant_text
from metrics.keys import unknown
from metrics.suppliers import COUNTED, Suppliers
from metrics.texts import _, _later, _n, _parts, language

Row = Mapping[str, Any]
METRIC = "supplier_response_cycle_time"
WEEKS = 12
PROMISES = 25  # on one page
WORDS = {  # what promised times count as → word
    "kept": _later("Kept"),
    "broken": _later("Not kept"),
    "whole": _later("On time, in full"),
    "not_whole": _later("Late or not in full"),
}


@dataclass(frozen=True, slots=True)
class View:
    """What every part needs: what is asked, whose page it is, since when it counts, in whose zone, and the moment."""

    at: reader.AsOf
    partner: str
    from_ns: int
    zone: str
    period: str
    as_of_ns: int
    past: Mapping[str, Any]

    def promised(self, counted: str | None, page: int | None = None) -> str:
        """The address of its promises that count so."""
        here = links.to("suppliers", period=self.period, partner=self.partner, promised=counted, page=page, **self.past)
        return f"{here}#promises"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which promises are listed: what they count as (None: any), and the first of them."""

    counted: str | None
    start: int


def chosen_of(query: Mapping[str, Any]) -> Chosen:
    """From the address. Raises ValueError with a sentence."""
    counted = links.one(query.get("promised"))
    if counted is not None and counted not in COUNTED:
        raise ValueError(words.sentence(unknown(_("kind of promise"), counted, COUNTED)))
    return Chosen(counted, first_row(links.one(query.get("page")), PROMISES))


def goal() -> Fraction | None:
    """What is promised of answers in time; None where nothing is."""
    return next((Fraction(str(metric.goal)) for metric in reader.definitions().metrics if metric.name == METRIC), None)


def first_week(as_of_ns: int, zone: str) -> int:
    """When the first of the weeks begins that are told."""
    first = _monday(as_of_ns, zone) - timedelta(weeks=WEEKS - 1)
    return int(first.timestamp()) * SECOND_NS


def answers(partner: str, from_ns: int, past: Mapping[str, Any]) -> dict[str, Any]:
    """What narrows the page of cases to its answers."""
    return {"metric": METRIC, "partner": partner, "from": instant_text(from_ns), **past}


def cards(row: Row, from_ns: int, past: Mapping[str, Any]) -> Component:
    """Of a row of `suppliers`: its figures, each with its cases."""
    listed: dict[str, Any] = {"partner": row["partner"], **past}
    problems = [f"{words.number(row[name])} {STATUSES[name].inside}" for name in ("overdue", "failed") if row[name]]
    took = (
        _("half within {half}, 9 in 10 within {most}", half=words.duration(row["p50"]), most=words.duration(row["p90"]))
        if row["p50"] is not None
        else ""
    )
    faults = _n("{number} clock fault left out", "{number} clock faults left out", row["clock_faults"]) if row["clock_faults"] else ""
    unread = (
        _("{unread} of them: it could not read it", unread=row["unread"])
        if row["unread"]
        else _("it could read what it got; these are no answers")
    )
    open_ = links.transactions(state="open", **listed)
    cases, kept, whole = (
        links.to("cases", **answers(row["partner"], from_ns, past)),
        (row["kept"], row["broken"]),
        (row["whole"], row["not_whole"]),
    )
    read = unread if row["receipts"] else _("997 or CONTRL: none came")
    made = [
        kpi(_("Open orders"), words.number(row["open"]), "", language().listed(problems) or _("none overdue, none failed"), [], href=open_),
        kpi(_("Answered in time"), *_share(row["good"], row["bad"], goal()), ", ".join(filter(None, (took, faults))), [], href=cases),
        kpi(_("Promises kept"), *_share(*kept), _promises_of(*kept), [], href="#promises"),
        kpi(_("On time, in full"), *_share(*whole), _orders_of(*whole), [], href="#promises"),
        kpi(_("Receipts"), words.number(row["receipts"]), "", read, [], href="#receipts"),
    ]
    return html.Div(made, className="kpis")


def _share(good: int, bad: int, like: Fraction | None = None) -> tuple[str, str]:
    """The share and its unit; without anything decided it is no data, which is not zero."""
    return (shares.share(Fraction(good, good + bad), like).removesuffix(" %"), "%") if good + bad else (_("no data"), "")


def _promises_of(good: int, bad: int) -> str:
    if not good + bad:
        return _("no promise fell into this period")
    return _n("{good} of {number} promise", "{good} of {number} promises", good + bad, good=good)


def _orders_of(good: int, bad: int) -> str:
    if not good + bad:
        return _("no order fell into this period")
    return _n("{good} of {number} order", "{good} of {number} orders", good + bad, good=good)


def body(asked: Suppliers, row: Row, chosen: Chosen, view: View) -> list[Component]:
    """Everything below the line of one supplier, which is `row`."""
    return [
        _waits(rows_of(asked.waits()), view.as_of_ns, view.past),
        _weeks(rows_of(asked.weeks()), view),
        _orders(rows_of(asked.orders()), view.partner, view.as_of_ns, view.past),
        _receipts(rows_of(asked.receipts()), view.as_of_ns, view.past),
        _promises(rows_of(asked.promises(chosen.counted, chosen.start, chosen.start + PROMISES)), row, chosen, view),
    ]


def quiet(row: Row, zone: str, as_of_ns: int) -> Component | None:
    """Of a row of `suppliers`: that it has said nothing since it was asked what is unanswered."""
    if not row["is_quiet"]:
        return None
    said = row["said_ns"]
    number = row["unanswered"]
    if said is None:
        quiet = _n(
            "It has never said anything, and {number} step is overdue from it.",
            "It has never said anything, and {number} steps are overdue from it.",
            number,
        )
    else:
        quiet = _n(
            "It has said nothing since {time}, and {number} step is overdue from it.",
            "It has said nothing since {time}, and {number} steps are overdue from it.",
            number,
            time=times.brief(said, zone, as_of_ns),
        )
    sources = html.A(_("Sources"), href=links.to("sources"))
    return note(
        "info", [f"{quiet} ", *_parts("Look whether its messages still arrive, {sources}, before you call it.", sources=sources)], "unplug"
    )


def _monday(ns: int, zone: str) -> datetime:
    today = times.local(ns, zone)
    day = today.date() - timedelta(days=today.weekday())
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def _table(title: str, heads: Sequence[str], lines: Sequence[Component], aside: str = "", **shape: Any) -> Component:
    table = html.Table([html.Thead(html.Tr([html.Th(name) for name in heads])), html.Tbody(lines)], className="table")
    return card(title, scrolling(table, title), aside=html.Span(aside, className="muted") if aside else None, **shape)


def _transaction(row: Row, past: Mapping[str, Any]) -> Component:
    return html.Td(html.A(row["transaction_id"], href=links.path(row["workflow"], row["transaction_id"], **past)))


def _time(ns: int | None, zone: str, as_of_ns: int, absent: str) -> Component:
    told = times.brief(ns, zone, as_of_ns) if ns is not None else html.Span(absent, className="muted")
    return html.Td(told, className="nowrap")


def _waits(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = _("Overdue from it")
    if not rows:
        return card(title, html.P(_("Nothing that it should have sent or answered is overdue."), className="muted"), id="unanswered")
    lines = [
        html.Tr(
            [
                _transaction(row, past),
                html.Td([words.step_words(row["event_type"], None), html.Div(row["title"], className="muted")]),
                _outcome(row["state"]),
                _time(row["opened_ns"], row["timezone"], as_of_ns, "unknown"),
                _time(row["due_ns"], row["timezone"], as_of_ns, _("no deadline")),
            ]
        )
        for row in rows
    ]
    heads = (_("Transaction"), _("What should have come from it"), _("State"), _("Waited for since"), _("Due"))
    return _table(title, heads, lines, _("The longest due first"), id="unanswered")


def _outcome(name: str | None) -> Component:
    return html.Td(mark(name or "unmeasured"))


def _promises(rows: Sequence[Row], row: Row, chosen: Chosen, view: View) -> Component:
    title = _("Promised, on time and in full")
    if not rows and chosen == Chosen(None, 0):
        return card(title, html.P(_("No promised time fell into this period."), className="muted"), id="promises")
    if not rows:
        absent = html.P(_("No promised time of this period is on this page."), className="muted")
        return card(title, _counted(row, chosen, view), absent, id="promises")
    heads = (_("Order"), _("Promised for"), _("Sent"), _("On time"), _("All of it due"), _("All received"), _("In full"))
    head = html.Thead(html.Tr([html.Th(name) for name in heads]))
    table = html.Table([head, html.Tbody([_promise(each, view) for each in rows])], className="table")
    aside = html.Span(_("What was not kept first"), className="muted")
    more = pager(chosen.start, rows[0]["promises"], lambda page: view.promised(chosen.counted, page), PROMISES)
    return html.Div([card(title, _counted(row, chosen, view), scrolling(table, title), aside=aside, id="promises"), more])


def _counted(row: Row, chosen: Chosen, view: View) -> Component:
    """Each narrows the list to itself; the chosen one gives it free again."""
    offered = (
        ([_(word), " ", html.B(words.number(row[name]))], view.promised(None if name == chosen.counted else name), name == chosen.counted)
        for name, word in WORDS.items()
    )
    return choices(_("What promised times count as"), offered, "cases-outcomes")


def _promise(row: Row, view: View) -> Component:
    zone, as_of_ns = row["timezone"], view.as_of_ns
    return html.Tr(
        [
            _transaction(row, view.past),
            _time(row["promised_ns"], zone, as_of_ns, ""),
            _time(row["sent_ns"], zone, as_of_ns, _("not yet")),
            _outcome(row["on_time"]),
            _time(row["full_due_ns"], zone, as_of_ns, _("not sent yet")),
            _time(row["full_ns"], zone, as_of_ns, _("not yet")),
            _outcome(row["in_full"]),
        ]
    )


def _receipts(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = _("Receipts")
    if not rows:
        return card(title, html.P(_("No receipt (997 or CONTRL) came from it in this period."), className="muted"), id="receipts")
    lines = [
        html.Tr(
            [
                _transaction(row, past) if row["transaction_id"] else html.Td(html.Span(_("no order is named"), className="muted")),
                _time(row["event_ns"], row["timezone"], as_of_ns, ""),
                html.Td(html.Span([icon("circle-x"), f" {_('Could not be read')}"], className="mark-failed nowrap") if row["is_error"]
                        else html.Span([icon("circle-check"), f" {_('Could be read')}"], className="mark-ok nowrap")),
                html.Td([html.Code(row["error_code"]), f" {row['error_text'] or ''}"] if row["error_code"] else ""),
            ]
        )
        for row in rows
    ]  # fmt: skip
    total = rows[0]["receipts"]
    shown = f"{_('Showing {shown} of {total}.', shown=len(rows), total=total)} " if total > len(rows) else ""
    aside = shown + _("A receipt says that a message could be read, and no more: it is no answer")
    return _table(title, (_("Order"), _("When"), _("What it says"), _("Why")), lines, aside, id="receipts")


def _weeks(rows: Sequence[Row], view: View) -> Component:
    title = _("Week by week")
    if not rows:
        return card(title, html.P(_("Nothing was sent to it in the last {weeks} weeks.", weeks=WEEKS), className="muted"))
    noted = annotated.noted(view.at, first_week(view.as_of_ns, view.zone), view.as_of_ns, workflows=_workflows())
    return _table(
        title, (_("Week"), _("Answered in time"), _("Median answer"), _("Waiting for answer")), [_week(row, noted, view) for row in rows]
    )


def _workflows() -> list[str]:
    """What the times of its answers are of."""
    return [metric.workflow for metric in reader.definitions().metrics if metric.name == METRIC and metric.workflow]


def _week(row: Row, noted: Sequence[Annotation], view: View) -> Component:
    begins = datetime.strptime(f"{row['week']}-1", "%G-W%V-%u").replace(tzinfo=ZoneInfo(view.zone))
    from_ns, to_ns = (int(moment.timestamp()) * SECOND_NS for moment in (begins, begins + timedelta(weeks=1)))
    edges = {"from": instant_text(from_ns), "to": instant_text(to_ns)}
    cases: dict[str, Any] = {"metric": METRIC, "partner": view.partner, **edges, **view.past}
    happened = marks.within(noted, from_ns, to_ns)
    decided = row["good"] + row["bad"]
    share = (
        _("{share} of {decided}", share=shares.share(Fraction(row["good"], decided), goal()), decided=decided) if decided else _("no data")
    )
    waiting = html.A(words.number(row["waiting"]), href=links.to("cases", outcome="open", **cases)) if row["waiting"] else "0"
    took = _("no data") if row["p50"] is None else html.A(words.duration(row["p50"]), href=links.to("cases", reached="yes", **cases))
    many = _n("{number} clock fault", "{number} clock faults", row["clock_faults"])
    href = links.to("cases", outcome="clock_fault", **cases)
    faults = [", ", html.A(many, href=href, className="mark-inconsistent")] if row["clock_faults"] else []
    answered = html.Td([html.A(share, href=links.to("cases", **cases)), *faults])
    told = marks.beside(happened, annotated.around(view.at, view.zone))
    return html.Tr([html.Td([row["week"], *told]), answered, html.Td(took), html.Td(waiting)])


def _orders(rows: Sequence[Row], partner: str, as_of_ns: int, past: Mapping[str, Any]) -> Component:
    title = _("Open with it")
    if not rows:
        return card(title, html.P(_("Nothing is open."), className="muted"))
    lines, total = [], rows[0]["orders"]
    for row in rows:
        cells = [
            _transaction(row, past),
            html.Td(row["title"]),
            html.Td(name_of(row["site"])),
            html.Td(badge(row["status"])),
            _time(row["next_due_ns"], row["timezone"], as_of_ns, _("no deadline")),
        ]
        lines.append(html.Tr(cells))
    every = html.A(_("All {total}", total=total), href=links.transactions(partner=partner, state="open", **past))
    table = _table(title, (_("Transaction"), _("Workflow"), _("Site"), _("State"), _("Next due")), lines)
    return (
        html.Div([table, html.P([_("Showing {shown} of {total}.", shown=len(rows), total=total), " ", every], className="muted")])
        if total > len(rows)
        else table
    )
