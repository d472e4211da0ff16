"""Expected: what should have come by now and has not, what is due next, and what nobody can say because its feed is behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import card, head, note, scrolling
from app.components.pager import ROWS, first_row, pager
from app.components.silence import held_up
from app.components.tiles import name_of
from app.figures import times, words
from app.figures.rows import rows_of
from app.instants import instant_ns
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, unknown_site
from metrics.expected import STATES, Narrowed, counted, expected, feeds_behind
from metrics.keys import unknown
from metrics.texts import _, _later

Row = Mapping[str, Any]
WORDS = {  # state → word, icon, colour
    "missing": (_later("Missing"), "hourglass", "overdue"),
    "unjudged": (_later("Cannot judge"), "unplug", "unjudged"),
    "open": (_later("Waited for"), "clock", "moving"),
}
FILTERS = ("state", "workflow", "milestone", "system", "site")
DUE_BEFORE = {"4h": (_later("Within 4 hours"), 4), "24h": (_later("Within 24 hours"), 24), "7d": (_later("Within 7 days"), 7 * 24)}


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    due_before = links.one(query.get("due_before"))
    asked = Narrowed(**{name: links.one(query.get(name)) for name in FILTERS}, due_before_ns=_due_before(due_before, at.moment.as_of_ns))
    with reader.reader(at) as now:
        try:
            start = first_row(links.one(query.get("page")))
        except ValueError as wrong:
            raise WrongAddress(str(wrong)) from wrong
        if wrongs := _wrong(asked, rows_of(now.workflows())) or (asked.site and unknown_site(asked.site, now)):
            raise WrongAddress(wrongs)
        groups, behind = rows_of(counted(now, asked.site, asked.due_before_ns)), rows_of(feeds_behind(now, asked.site))
        rows, zone = rows_of(expected(now, asked, start, start + ROWS)), now.timezone()
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    kept = {
        **{name: value for name in FILTERS if (value := getattr(asked, name))},
        **({"due_before": due_before} if due_before else {}),
        **past,
    }
    total = rows[0]["expectations"] if rows else 0
    return html.Div(
        [
            head(_("Expected"), _("What should have come by now and has not, and what is due next."), _due(due_before, kept, zone)),
            moment.banner(at, zone),
            _behind(behind, zone, at.moment.as_of_ns),
            _states(groups, asked, kept),
            _groups([row for row in groups if asked.state in (None, row["state"])], kept, zone, at.moment.as_of_ns),
            _list(rows, at.moment.as_of_ns, past) if rows else _nothing(asked),
            pager(start, total, lambda page: links.to("expected", **kept, page=page)),
        ]
    )


def _due_before(text: str | None, as_of_ns: int) -> int | None:
    """The instant that is named, by how much later it is or as a time."""
    if not text:
        return None
    if text in DUE_BEFORE:
        return as_of_ns + DUE_BEFORE[text][1] * HOUR_NS
    try:
        return instant_ns(text)
    except ValueError as wrong:
        raise WrongAddress(
            _("due_before is neither a time nor one of {names}: {wrong}", names=", ".join(DUE_BEFORE), wrong=wrong)
        ) from wrong


def _due(due_before: str | None, kept: Mapping[str, Any], zone: str) -> Component:
    """By when it is due; a time that somebody wrote into the address stands beside the usual ones."""
    offered = [(_("Whenever it is due"), links.to("expected", **{**kept, "due_before": None}), not due_before)]
    for name, (title, _hours) in DUE_BEFORE.items():
        offered.append((_(title), links.to("expected", **{**kept, "due_before": name}), name == due_before))
    if due_before and due_before not in DUE_BEFORE:
        offered.append((_("Before {time}", time=times.full(instant_ns(due_before), zone)), links.to("expected", **kept), True))
    return choices(_("Due before"), offered)


def _wrong(asked: Narrowed, workflows: Sequence[Row]) -> str | None:
    """A sentence for what nothing can be."""
    if asked.state is not None and asked.state not in STATES:
        return words.sentence(unknown(_("state"), asked.state, STATES))
    known = {row["workflow"]: [step["milestone"] for step in row["steps"]] for row in workflows}
    if asked.workflow is not None and asked.workflow not in known:
        return words.sentence(unknown(_("workflow"), asked.workflow, known))
    milestones = known[asked.workflow] if asked.workflow else [name for names in known.values() for name in names]
    if asked.milestone is not None and asked.milestone not in milestones:
        return words.sentence(unknown(_("milestone"), asked.milestone, milestones))
    return None


def _behind(rows: Sequence[Row], zone: str, as_of_ns: int) -> Component | None:
    """One sentence for each feed that is behind, instead of one miss for everything it may bring."""
    if not rows:
        return None
    said = [held_up(row, zone, as_of_ns) for row in rows]
    sources = html.A(_("Sources"), href=links.to("sources"))
    return html.Div([note("info", [html.B(stands), f" {waits} ", sources], "unplug") for stands, waits in said], className="expected-feeds")


def _states(groups: Sequence[Row], asked: Narrowed, kept: Mapping[str, Any]) -> Component:
    chips = []
    for state, (word, picture, kind) in WORDS.items():
        total = sum(row["expectations"] for row in groups if row["state"] == state)
        chosen = asked.state == state
        href = links.to("expected", **{**kept, "state": None if chosen else state, "page": None})
        current = {"aria-current": "true"} if chosen else {}
        chips.append(
            html.A([icon(picture), f" {_(word)} ", html.B(words.number(total))], href=href, className=f"pill mark-{kind}", **current)
        )
    return html.Nav(chips, className="cases-outcomes", **{"aria-label": _("State")})


def _groups(groups: Sequence[Row], kept: Mapping[str, Any], zone: str, as_of_ns: int) -> Component | None:
    if not groups:
        return None
    heads = html.Tr(
        [html.Th(_("State")), html.Th(_("Step")), html.Th(_("Workflow")), html.Th(_("How many"), className="num"), html.Th(_("First due"))]
    )
    lines = []
    for row in groups:
        word, picture, kind = WORDS[row["state"]]
        href = links.to("expected", **{**kept, "state": row["state"], "workflow": row["workflow"], "milestone": row["milestone"]})
        due = row["first_due_ns"]
        cells = [
            html.Td(html.Span([icon(picture), f" {_(word)}"], className=f"mark-{kind} nowrap")),
            html.Td(html.A(words.step_words(row["event_type"], row["system"]), href=href)),
            html.Td(row["title"]),
            html.Td(html.A(words.number(row["expectations"]), href=href), className="num"),
            html.Td(times.brief(due, zone, as_of_ns) if due is not None else _no_deadline(), className="nowrap"),
        ]
        lines.append(html.Tr(cells))
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table")
    return card(_("By step"), scrolling(table, _("What is expected, by step")))


def _list(rows: Sequence[Row], as_of_ns: int, past: Mapping[str, Any]) -> Component:
    heads = html.Tr(
        [html.Th(name) for name in (_("Transaction"), _("Step"), _("Site"), _("State"), _("Waited for since"), _("Due"), _("Time left"))]
    )
    table = html.Table([html.Thead(heads), html.Tbody([_line(row, as_of_ns, past) for row in rows])], className="table expected-table")
    return card(_("One by one"), scrolling(table, _("Expectations")), aside=html.Span(_("The longest due first"), className="muted"))


def _line(row: Row, as_of_ns: int, past: Mapping[str, Any]) -> Component:
    word, picture, kind = WORDS[row["state"]]
    zone, due, opened = row["timezone"], row["due_ns"], row["opened_ns"]
    return html.Tr(
        [
            html.Td(html.A(row["transaction_id"], href=links.path(row["workflow"], row["transaction_id"], **past))),
            html.Td([words.step_words(row["event_type"], row["system"]), html.Div([row["title"], *_amount(row)], className="muted")]),
            html.Td(name_of(row["site"])),
            html.Td(html.Span([icon(picture), f" {_(word)}"], className=f"mark-{kind} nowrap")),
            html.Td(times.brief(opened, zone, as_of_ns) if opened is not None else "", className="nowrap"),
            html.Td(times.brief(due, zone, as_of_ns) if due is not None else _no_deadline(), className="nowrap"),
            html.Td(_left(due, as_of_ns), className="nowrap"),
        ]
    )


def _amount(row: Row) -> list[str]:
    """How much of how much has come, where it must add up."""
    if row["ordered_quantity"] is None:
        return []
    ordered = words.with_unit(row["ordered_quantity"], row["uom"])
    return [" · ", _("{done} of {ordered} have come", done=words.amount(row["done_quantity"]), ordered=ordered)]


def _left(due_ns: int | None, as_of_ns: int) -> Component | str:
    if due_ns is None:
        return ""
    if due_ns >= as_of_ns:
        return words.span_of(as_of_ns, due_ns)
    return html.Span(_("{duration} over", duration=words.span_of(due_ns, as_of_ns)), className="mark-overdue")


def _no_deadline() -> Component:
    return html.Span(_("no deadline"), className="muted")


def _nothing(asked: Narrowed) -> Component:
    if asked != Narrowed(site=asked.site):
        return empty(_("Nothing like that is expected"), _("Choose another state, step or due time above."), picture="circle-check")
    return empty(
        _("Nothing is waited for"),
        _("Every step that should come and has not would stand here, with its due time."),
        picture="circle-check",
    )
