"""Groups of failures, of steps that never came, and of failures nobody can place: what, why, whose, since when, how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.status import mark
from app.components.tiles import name_of
from app.figures import times
from app.figures.stakes import group_words
from app.figures.words import ERROR_CLASSES, class_word, span_of, step_words, system_word
from app.recovery.groups import Key, Told, key_of
from app.recovery.memory import FIXED, MUTED, REGRESSED
from metrics.impact import Group, Summary
from metrics.impact_settings import Costs
from metrics.texts import _, _n, _parts

SHOWN, QUOTED = 100, 220

Row = Mapping[str, Any]
Steps = Mapping[tuple[str, str], tuple[str, str]]  # (workflow, milestone) → event type, system


@dataclass(frozen=True, slots=True)
class Around:
    """What every group is shown with. `owners`: titles by name; `zones`: of the sites, and under None the enterprise's; `address`: a site
    and a past moment, which go along into every link; `stakes`: what each group holds up; `told`: what
    people know of it; `settled`: how many of it a person parked or closed;
    `also`: goes into links to its cases."""

    steps: Steps
    owners: Mapping[str, str]
    zones: Mapping[str | None, str]
    as_of_ns: int
    address: Mapping[str, Any]
    stakes: Mapping[Group, Summary] = field(default_factory=dict)
    costs: Costs = Costs()
    told: Mapping[Key, Sequence[Told]] = field(default_factory=dict)
    settled: Mapping[Key, int] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def zone(self, row: Row) -> str:
        """The zone of the group's site when it has one site, else the enterprise's."""
        sites = [row["site"]] if "site" in row else row["sites"] or []
        return self.zones.get(sites[0] if len(sites) == 1 else None) or self.zones[None]

    @property
    def moment(self) -> dict[str, Any]:
        return {name: value for name, value in self.address.items() if name != "site"}


def failed_groups(rows: Sequence[Row], around: Around) -> Component:
    """From the rows of Reader.failures()."""
    return _list([_failed(row, around) for row in rows[:SHOWN]], len(rows))


def missing_groups(rows: Sequence[Row], around: Around) -> Component:
    """From the rows of kind missing of Reader.attention()."""
    return _list([_missing(row, around) for row in rows[:SHOWN]], len(rows))


def unplaced_groups(rows: Sequence[Row], around: Around) -> Component:
    """From the rows of Reader.unplaced()."""
    return _list([_unplaced(row, around) for row in rows[:SHOWN]], len(rows))


def _list(groups: list[Component], total: int) -> Component:
    cut_off = _n(
        "Showing {shown} of {number} group, the most critical and largest first.",
        "Showing {shown} of {number} groups, the most critical and largest first.",
        total,
        shown=len(groups),
    )
    rest = [html.P(cut_off, className="muted groups-rest")] if total > len(groups) else []
    return html.Div([html.Ul(groups, className="groups"), *rest])


# -- one group -------------------------------------------------------------------------------------------------------------


def _failed(row: Row, around: Around) -> Component:
    listed = links.transactions(
        **{
            "workflow": row["workflow"],
            "status": "failed",
            "milestone": row["milestone"],
            "error_class": row["error_class"],
            **around.address,
        }
    )
    example = _example(row, around)
    quote = (
        _parts("{words} said about {transaction}", words=html.Q(cut(row["example_text"]), dir="auto"), transaction=example)
        if row["example_text"]
        else _parts("For example {transaction}", transaction=example)
    )
    return _row(
        "failed",
        _("{step} failed", step=_step(row, around)),
        _workflow(row),
        [_acts(row), html.Div(quote, className="group-quote"), *_held_up(row, around, "failed")],
        [_sites(row["sites"]), _since(row, around, "last"), _owner(row, around), *_told(row, around, "failed")],
        (_stuck(row, listed, around), _n("{number} transaction", "{number} transactions", row["transactions"])),
        _case(around, "failed", workflow=row["workflow"], milestone=row["milestone"], error_class=row["error_class"]),
    )


def _missing(row: Row, around: Around) -> Component:
    listed = links.transactions(
        **{**around.address, "workflow": row["workflow"], "missing": row["milestone"], "state": "in_progress", "site": row["site"]}
    )
    return _row(
        "overdue",
        _("{step} has not come", step=_step(row, around)),
        _workflow(row),
        [
            html.Div(_parts("For example {transaction}", transaction=_example(row, around)), className="group-quote"),
            *_held_up(row, around, "missing"),
        ],
        [name_of(row["site"]), _since(row, around, "newest"), _owner(row, around), *_told(row, around, "missing")],
        (_stuck(row, listed, around), _n("{number} transaction", "{number} transactions", row["transactions"])),
        _case(around, "missing", workflow=row["workflow"], milestone=row["milestone"], site=row["site"]),
    )


def _unplaced(row: Row, around: Around) -> Component:
    trace = row["example_trace_id"]
    quote = [html.Div(html.Q(cut(row["example_text"]), dir="auto"), className="group-quote")] if row["example_text"] else []
    return _row(
        "failed",
        _("{name} failed in {system}", name=row["name"], system=system_word(row["system"])),
        [html.Span(_("It names no order, batch or delivery that we know, so it belongs to no transaction."))],
        [_acts(row), *quote],
        [_sites(row["sites"]), _since(row, around, "last")],
        (links.to("path", trace=trace, **around.moment) if trace else None, _n("{number} failure", "{number} failures", row["failures"])),
        _case(around, "unplaced", milestone=row["name"], system=row["system"]),
    )


def _row(
    kind: str,
    title: str,
    about: list[Component],
    said: list[Component],
    where: list[Component | str],
    stuck: tuple[str | None, str],
    case: str,
) -> Component:
    href, many = stuck
    link = html.A([many, icon("arrow-right")], href=href, className="button button-quiet group-open") if href else html.B(many)
    words = html.Div(
        [
            html.H3(html.A(title, href=case, title=_("What may be done about it")), dir="auto"),
            html.Div(about, className="group-flow"),
            *said,
        ],
        className="group-words",
    )
    return html.Li(
        [mark(kind, "18px"), words, html.Div([html.Div(part) for part in where], className="group-where"), link], className="group"
    )


def _case(around: Around, kind: str, **group: Any) -> str:
    """Where the whole group stands with what may be done about it."""
    named = {name: value for name, value in group.items() if value}
    return links.to("failure", kind=kind, **{**around.also, **(around.moment if kind == "unplaced" else around.address), **named})


def _workflow(row: Row) -> list[Component]:
    critical = [html.Span(_("critical"), className="pill")] if row["criticality"] == "critical" else []
    return [html.Span(row["title"]), *critical]


def _acts(row: Row) -> Component:
    name = row["error_class"] or "unknown"
    actor = ERROR_CLASSES.get(name, ERROR_CLASSES["unknown"]).actor
    return html.Div(_("{error} error. Who acts: {actor}.", error=class_word(name).capitalize(), actor=_(actor)), className="group-acts")


def _step(row: Row, around: Around) -> str:
    event, system = around.steps.get((row["workflow"], row["milestone"]), (row["milestone"], ""))
    return step_words(event, system)


def _held_up(row: Row, around: Around, kind: str) -> list[Component]:
    """Orders, value and the next day something is needed, each group's; the orders one by one behind it."""
    group = Group(kind, row["workflow"], row["milestone"], row["error_class"], row["site"] if kind == "missing" else None)
    summary = around.stakes.get(group)
    said = group_words(summary, around.zone(row), around.as_of_ns, around.costs) if summary else ""
    if not said:
        return []
    narrowed = {"kind": kind, "workflow": group.workflow, "milestone": group.milestone, "error_class": group.error_class}
    href = links.to("at-risk", **{**around.address, **narrowed, **({"site": group.site} if group.site else {})})
    return [html.Div(_parts("Holds up {orders}", orders=html.A(said, href=href, dir="auto")), className="group-stakes")]


def _sites(sites: list[str] | None) -> str:
    return ", ".join(name_of(site) for site in sites or []) or name_of(None)


def _example(row: Row, around: Around) -> Component:
    return html.A(row["example_id"], href=links.path(row["workflow"], row["example_id"], **around.moment), dir="auto")


def _stuck(row: Row, listed: str, around: Around) -> str:
    """To the list of them; a list of one would be a click for nothing."""
    return links.path(row["workflow"], row["example_id"], **around.moment) if row["transactions"] == 1 else listed


def _since(row: Row, around: Around, newest: str) -> Component:
    """Age first: it is what decides; the times beside it."""
    zone = around.zone(row)
    first, last = (times.brief(row[name], zone, around.as_of_ns) if row[name] is not None else "" for name in ("first_ns", "last_ns"))
    age = html.B(span_of(row["first_ns"], around.as_of_ns))
    since = _("since {time}", time=first)
    if not last or row["last_ns"] == row["first_ns"]:
        return html.Span([age, " ", _together(since)], className="num")
    latest = _("newest {time}", time=last) if newest == "newest" else _("last {time}", time=last)
    return html.Span([age, " ", _together(f"{since},"), " ", _together(latest)], className="num")


def _together(text: str) -> Component:
    """Lines break before it or after it: a zone alone on a line belongs to nothing."""
    return html.Span(text, style={"whiteSpace": "nowrap"})


def _owner(row: Row, around: Around) -> Component:
    names = row.get("owners") or ([row["owner"]] if row["owner"] else [])
    titles = ", ".join(around.owners.get(name, name) for name in names)
    return html.Span(_n("Owner: {owners}", "Owners: {owners}", len(names), owners=titles) if names else _("No owner"), className="pill")


def _told(row: Row, around: Around, kind: str) -> list[Component]:
    """What people know of it, in a few words each; the rest stands on its page."""
    told = around.told.get(key_of(row, kind), ())
    zone, parts = around.zone(row), list[Any]()
    if settled := around.settled.get(key_of(row, kind)):
        parts.append(["minus", _("{settled} parked or closed", settled=settled)])
    if back := [each for each in told if each.state == REGRESSED]:
        day = times.brief(max(each.known.fixed_ns or 0 for each in back), zone, around.as_of_ns)
        parts.append(["triangle-alert", _("Came back after it was resolved on {day}", day=day)])
    elif any(each.state == FIXED for each in told):
        parts.append(["check", _("Held to be resolved")])
    if muted := [each.known.muted_until_ns for each in told if each.state == MUTED]:
        parts.append(["minus", _("Muted until {time}", time=times.brief(max(ns or 0 for ns in muted), zone, around.as_of_ns))])
    if notes := sum(len(each.known.notes) for each in told):
        parts.append(["history", _n("{number} note", "{number} notes", notes)])
    pills = [html.Span([icon(picture), f" {words}"], className="pill group-told") for picture, words in parts]
    tickets = {each.known.ticket for each in told if each.known.ticket}
    return pills + [html.A(_("Ticket"), href=ticket, rel="noopener noreferrer", target="_blank") for ticket in sorted(tickets)]


def cut(text: str) -> str:
    """One line of at most 220 letters; says when it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"
