"""Failures: what is failing, since when, why, whose is it, and which documents are stuck?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import attention, links, moment, welcome
from app.components.callbacks import callback
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, note
from app.components.tiles import name_of
from app.figures import times
from app.figures.failure_groups import Around, Steps, failed_groups, missing_groups, unplaced_groups
from app.figures.rows import rows_of
from app.figures.words import span_of
from app.owners import owner_of
from app.pages.errors import WrongAddress
from app.pages.narrowing import unknown_site
from app.recovery.groups import Key, Told, key_of, owners_of, told
from app.recovery.memory import signature_named
from app.recovery.selection import ALSO, SETTLED
from metrics import impact
from metrics.impact import Group, Summary
from metrics.read import Reader
from metrics.texts import _, _n, language

MOST = 2_000  # groups asked for: beyond it nobody reads, and the sentence would still count them
LIVE_SECONDS = 12
ALL_SITES = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the page asked the reader, as plain dictionaries."""

    failed: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    unplaced: list[dict[str, Any]]
    broken: list[dict[str, Any]]  # violations of rules, as the board lists them
    steps: Steps
    sites: list[str]
    zones: dict[str | None, str]  # of the sites, and under None the enterprise's
    stakes: dict[Group, Summary]
    told: dict[Key, list[Told]]
    settled: dict[Key, int] = field(default_factory=dict)  # how many of each group a person parked or closed
    also_settled: bool = False
    is_first_start: bool = False  # there was never a transaction: that nothing fails says nothing then

    @property
    def zone(self) -> str:
        return self.zones[None]


def layout(**query: Any) -> Component:
    at, site = reader.as_of(query), links.one(query.get("site"))
    with reader.reader(at) as now:
        if wrong := site and unknown_site(site, now):
            raise WrongAddress(wrong)
    past: dict[str, Any] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    if links.one(query.get(ALSO)) == SETTLED:
        past[ALSO] = SETTLED
    asked = ask(at, site, ALSO in past)
    return html.Div(
        [
            dcc.Store(id="failures-about", data=past),
            dcc.Store(id="failures-version", data=_version(at, site)),
            dcc.Interval(id="failures-tick", interval=LIVE_SECONDS * 1000),
            head(_("Failures"), _("What failed and what never came, grouped by what has to be done."), _sites(asked, site)),
            moment.banner(at, asked.zone),
            *welcome.first_start(at),
            html.Div(body(asked, at, site, past), id="failures-body"),
        ]
    )


def ask(at: reader.AsOf, site: str | None, also_settled: bool = False) -> Answers:
    with reader.reader(at) as now:
        workflows = rows_of(now.workflows())
        steps = {(w["workflow"], s["milestone"]): (s["event_type"], s["system"]) for w in workflows for s in w["steps"]}
        settled = {case: each.ended_ns for case, each in reader.application().settled().items() if each.ended_ns <= at.moment.as_of_ns}
        groups, failed, counted = _standing(now, site or None, settled, also_settled)
        missing, broken = ([row for row in groups if row["kind"] == kind] for kind in ("missing", "violation"))
        # A failure that nobody can place may have no site either: it is shown whichever site is chosen.
        sites, zones = [name for name, _zone in now.sites()], {None: now.timezone(), **dict[str | None, str](now.sites())}
        stakes = impact.of_groups(now, Group(site=site or None))
        every = reader.application().memory.every()
        owners = reader.application().settings.owners
        signed = impact.signatures(now) if failed and (every or any(owner.codes or owner.sites for owner in owners)) else []
        for row in failed:
            mine = [each for each in signed if key_of(each, "failed") == key_of(row, "failed")]
            row["owners"] = owners_of(row, mine, every, owners)
        for row in groups:
            known = every.get(signature_named(row["kind"], row["workflow"], row["milestone"]))
            row["owner"] = (known and known.owner) or owner_of(owners, row["owner"], row["site"], None)
        known = told(every, signed, missing + broken, at.moment.as_of_ns)
        unplaced, first = rows_of(now.unplaced()), welcome.is_first_start(now)
        return Answers(failed, missing, unplaced, broken, steps, sites, zones, stakes, known, counted, also_settled, first)


def _standing(
    now: Reader, site: str | None, settled: Mapping[str, int], also_settled: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[Key, int]]:
    """What is missing and broken, what is failed, and how many of each group a person parked or closed."""
    failed = [{**row, "kind": "failed"} for row in rows_of(now.failures(site, settled, also_settled))]
    others = [row for row in rows_of(now.attention(MOST, site, settled, also_settled)) if row["kind"] != "failed"]
    counted: Counter[Key] = Counter()
    for row in failed + others:
        counted[key_of(row, row["kind"])] += row["settled"]
    some = {key: many for key, many in counted.items() if many}
    return [row for row in others if row["transactions"]], [row for row in failed if row["transactions"]], some


def body(asked: Answers, at: reader.AsOf, site: str | None, past: dict[str, Any]) -> list[Component]:
    if not (asked.failed or asked.missing or asked.unplaced or asked.broken):
        return [] if asked.is_first_start else [_all_well(asked, at, site), *_set_aside(asked, site, past)]
    owners = {owner.name: owner.title for owner in reader.application().settings.owners}
    costs = reader.application().settings.costs
    kept = {name: value for name, value in past.items() if name != ALSO}
    around = Around(
        steps=asked.steps,
        owners=owners,
        zones=asked.zones,
        as_of_ns=at.moment.as_of_ns,
        address={**kept, "site": site or None},
        stakes=asked.stakes,
        costs=costs,
        told=asked.told,
        settled=asked.settled,
        also={ALSO: SETTLED} if asked.also_settled else {},
    )
    sections = [
        (_("Failed"), _("A system refused it, and nothing more comes by itself."), asked.failed, failed_groups),
        (_("Missing"), _("It should have come by now and has not."), asked.missing, missing_groups),
        (_("Not placed"), _("Failures that name nothing we know."), asked.unplaced, unplaced_groups),
    ]
    drawn = [
        card(title, draw(rows, around), aside=html.Span(meaning, className="muted"), className="failures-card")
        for title, meaning, rows, draw in sections
        if rows
    ]
    broken = [_broken(asked, at, kept)] if asked.broken else []
    return [_totals(asked, at), *_set_aside(asked, site, past), *drawn, *broken]


def _set_aside(asked: Answers, site: str | None, past: dict[str, Any]) -> list[Component]:
    """What a person parked or closed, and whether it is listed."""
    many = sum(asked.settled.values())
    if not many:
        return []
    kept = {name: value for name, value in {**past, "site": site or None}.items() if name != ALSO}
    words = (
        _n(
            "{number} case was parked or closed by a person and is listed with the others.",
            "{number} cases were parked or closed by a person and are listed with the others.",
            many,
        )
        if asked.also_settled
        else _n(
            "{number} case was parked or closed by a person and is not listed.",
            "{number} cases were parked or closed by a person and are not listed.",
            many,
        )
    )
    show = html.A(_("Show also settled ones"), href=links.failures(**kept, also=SETTLED))
    other = html.A(_("Leave them out"), href=links.failures(**kept)) if asked.also_settled else show
    return [note("info", [f"{words} ", other])]


def _broken(asked: Answers, at: reader.AsOf, past: dict[str, Any]) -> Component:
    """What violates integrity rules is a case too; the page of the rules says more."""
    more = html.A(_("All rules"), href=links.to("rules", **past))
    also = {ALSO: SETTLED} if asked.also_settled else {}

    def case(row: Mapping[str, Any]) -> str:
        return links.to("failure", kind="violation", milestone=row["milestone"], site=row["site"], **also)

    listed = attention.listed(asked.broken, [], reader.application().settings.owners, at.moment.as_of_ns, past, case)
    aside = html.Span([_("What stands above already is not told again."), " ", more], className="muted")
    return card(_("Broken rules"), listed, aside=aside, className="failures-card")


def _totals(asked: Answers, at: reader.AsOf) -> Component:
    failed, missing = (sum(row["transactions"] for row in rows) for rows in (asked.failed, asked.missing))
    unplaced = sum(row["failures"] for row in asked.unplaced)
    parts = [
        _n(
            "{number} transaction failed in {groups}",
            "{number} transactions failed in {groups}",
            failed,
            groups=_n("{number} group", "{number} groups", len(asked.failed)),
        )
        if failed
        else _("No transaction is failed"),
        _n("{number} step is missing", "{number} steps are missing", missing) if missing else _("nothing is missing"),
        *([_n("{number} failure cannot be placed", "{number} failures cannot be placed", unplaced)] if unplaced else []),
        *([_n("{number} rule broken", "{number} rules broken", len({row["milestone"] for row in asked.broken}))] if asked.broken else []),
    ]
    oldest = min(row["first_ns"] for row in asked.failed + asked.missing + asked.unplaced + asked.broken)
    since = _(
        "The oldest has been there for {duration}. As of {time}.",
        duration=span_of(oldest, at.moment.as_of_ns),
        time=times.full(at.moment.as_of_ns, asked.zone),
    )
    sign = html.Span(icon("triangle-alert"), className="verdict-sign mark-failed")
    return html.Section(
        html.Div(
            [sign, html.Div([html.H2(f"{language().listed(parts)}."), html.P(since)])],
            className="verdict-words",
        ),
        className="card path-verdict edge-failed",
        role="status",
    )


def _all_well(asked: Answers, at: reader.AsOf, site: str | None) -> Component:
    time = times.full(at.moment.as_of_ns, asked.zone)
    title = (
        _("Nothing is failing at {site} as of {time}", site=name_of(site), time=time)
        if site
        else _("Nothing is failing as of {time}", time=time)
        if current_user.sees.is_all
        else _("Nothing that you may see is failing as of {time}", time=time)
    )
    return empty(
        title,
        _("Failed transactions, steps that never came, failures that nobody can place and broken rules would stand here."),
        button(_("All transactions"), links.transactions(site=site or None), quiet=True),
        picture="circle-check",
    )


def _sites(asked: Answers, site: str | None) -> Component:
    known = asked.sites if site in (None, ALL_SITES, *asked.sites) else [*asked.sites, site]
    choices = [{"value": ALL_SITES, "label": _("All sites")}, *({"value": name, "label": name_of(name)} for name in known)]
    return dmc.Select(
        id="failures-site", data=choices, value=site or ALL_SITES, allowDeselect=False, size="sm", w=160, **{"aria-label": _("Site")}
    )


def _version(at: reader.AsOf, site: str | None) -> str:
    """Differs when the page would."""
    return f"{moment.version(at)} {site or ALL_SITES}"


@callback(
    Output("failures-body", "children"),
    Output("failures-version", "data"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("failures-tick", "n_intervals"),
    Input("failures-site", "value"),
    State("failures-version", "data"),
    State("failures-about", "data"),
    prevent_initial_call=True,
)
def update(_ticks: int | None, site: str, version: str, past: dict[str, Any]) -> Any:
    """Dash also asks at once when the page has been drawn: then nothing is newer."""
    at = reader.as_of(past)
    newest = _version(at, site)
    if newest == version:
        return no_update
    return body(ask(at, site, ALSO in past), at, site, past), newest, {"site": site}
