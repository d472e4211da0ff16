"""Process: how each workflow really runs, where it is not as defined, and what changed since the week before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from app import reader
from app.components import links, moment
from app.components.callbacks import callback
from app.components.choices import choices
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head, scrolling
from app.components.tiles import name_of
from app.figures import drift_words, times, trails, words
from app.figures.process import graph_of, late_share
from app.figures.process_graph import process_graph
from app.figures.rows import rows_of
from app.pages.errors import WrongAddress
from app.pages.narrowing import HOUR_NS, PERIODS, period_inside, unknown_site
from metrics import discovery
from metrics.discovery import Ran
from metrics.drift import Drift, drifts
from metrics.keys import unknown
from metrics.texts import _, _n

Row = Mapping[str, Any]
USUAL = "7d"
MOST = 25  # variants on the page; the export has them all
WAYS = ("most", "all")


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the address, and the workflow that is shown."""

    workflow: str
    site: str | None
    period: str
    ways: str
    past: Mapping[str, Any]

    def to(self, **other: Any) -> str:
        """This page, with something else."""
        here = {"workflow": self.workflow, "site": self.site, "period": self.period, "ways": self.ways if self.ways != WAYS[0] else None}
        return links.to("process", **{**here, **self.past, **other})

    def cases(self, **filters: Any) -> str:
        """The transactions that are counted here, narrowed further."""
        return links.transactions(workflow=self.workflow, site=self.site, period=self.period, **filters, **self.past)


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that the page shows of one workflow."""

    summed: Row | None
    steps: Sequence[Row]
    variants: Sequence[Row]
    deviations: Sequence[Row]
    nodes: Sequence[Row]
    edges: Sequence[Row]


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    said = {name: links.one(query.get(name)) for name in ("workflow", "site", "period", "ways")}
    period, ways = said["period"] or USUAL, said["ways"] or WAYS[0]
    if period not in PERIODS:
        raise WrongAddress(_("There is no period '{period}'. Known: {names}.", period=period, names=", ".join(PERIODS)))
    if ways not in WAYS:
        raise WrongAddress(_sentence(unknown(_("choice of ways"), ways, WAYS)))
    from_ns = at.moment.as_of_ns - PERIODS[period][1] * HOUR_NS
    with reader.reader(at) as now:
        if wrong_site := said["site"] and unknown_site(said["site"], now):
            raise WrongAddress(wrong_site)
        begun = rows_of(discovery.begun(now, from_ns, said["site"]))
        workflow = said["workflow"] or _first(begun)
        if workflow not in (names := [row["workflow"] for row in begun]):
            raise WrongAddress(_sentence(unknown(_("workflow"), workflow, names)))
        asked = Asked(workflow, said["site"], period, ways, {name: query[name] for name in ("as_of", "known_at") if name in query})
        found, sites, zone = _found(now, asked, from_ns), now.sites(), now.timezone()
    return html.Div(
        [
            head(_("Process"), _summary(found.summed, period), _periods(asked)),
            moment.banner(at, zone),
            _workflows(begun, asked),
            _sites(sites, asked),
            *(_all(found, found.summed, asked) if found.summed else [_nothing(asked)]),
        ]
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first(begun: Sequence[Row]) -> str:
    """The first that has run, else the first."""
    return next((row["workflow"] for row in begun if row["transactions"]), begun[0]["workflow"] if begun else "")


def _found(now: Any, asked: Asked, from_ns: int) -> Found:
    summed = rows_of(discovery.ask(now, Ran(asked.workflow, asked.site, from_ns)))
    graph = discovery.graph(now)
    steps: list[Row] = next((row["steps"] for row in rows_of(now.workflows()) if row["workflow"] == asked.workflow), [])
    return Found(
        summed[0] if summed else None,
        [{"milestone": step["milestone"], "system": step["system"]} for step in steps],
        rows_of(discovery.variants(now, MOST)),
        rows_of(discovery.deviations(now)),
        rows_of(graph.nodes),
        rows_of(graph.edges),
    )


def _all(found: Found, summed: Row, asked: Asked) -> list[Component]:
    return [_graph(found, summed, asked), _variants(found.variants, summed, asked), _deviations(found, asked), _drift(asked)]


# -- what is chosen --------------------------------------------------------------------------------------------------------


def _summary(summed: Row | None, period: str) -> str:
    if summed is None:
        return _("How each workflow really runs, and where that is not as it is defined.")
    share = words.percent(summed["conforming"] / summed["transactions"])
    return _n(
        "{number} transaction began in the {period}, in {variants}; {share} ran as defined.",
        "{number} transactions began in the {period}, in {variants}; {share} ran as defined.",
        summed["transactions"],
        variants=_n("{number} variant", "{number} variants", summed["variants"]),
        period=period_inside(period),
        share=share,
    )


def _periods(asked: Asked) -> Component:
    return choices(_("Period"), ((_(title), asked.to(period=name), name == asked.period) for name, (title, _hours) in PERIODS.items()))


def _workflows(begun: Sequence[Row], asked: Asked) -> Component:
    offered = (
        (
            [row["title"], " ", html.B(words.number(row["transactions"]))],
            asked.to(workflow=row["workflow"]),
            row["workflow"] == asked.workflow,
        )
        for row in begun
    )
    return choices(_("Workflow"), offered, "choices process-choices")


def _sites(sites: Sequence[tuple[str, str]], asked: Asked) -> Component | None:
    if len(sites) < 2:
        return None
    offered = [(_("All sites"), asked.to(site=None), asked.site is None)]
    offered += [(name_of(site), asked.to(site=site), site == asked.site) for site, _zone in sites]
    return choices(_("Site"), offered, "choices process-choices")


def _nothing(asked: Asked) -> Component:
    return empty(
        _("Nothing began in the {period}", period=period_inside(asked.period)),
        _("The steps as they were really taken would stand here, how often, how fast, and where that is not as the workflow is defined."),
        button(_("Sources"), links.to("sources"), quiet=True),
        picture="workflow",
    )


# -- the graph -------------------------------------------------------------------------------------------------------------


def _graph(found: Found, summed: Row, asked: Asked) -> Component:
    graph = graph_of(found.steps, found.nodes, found.edges, summed["transactions"], asked.ways == "all")
    drawing = process_graph(graph, lambda went: asked.cases(went=went), summed["transactions"])
    legend = html.Div(
        [
            html.Span(_("Thicker: more transactions. Each time is the median.")),
            html.Span([icon("clock-alert"), f" {_('Amber from 5 %, red from 25 % after their due time.')}"]),
            html.Span(_("At the left: back, or again. Failed attempts are counted at their step.")),
            _left_out(len(graph.left_out), asked),
        ],
        className="process-legend",
    )
    return card(
        _("As it ran"),
        drawing,
        legend,
        _ways(found.edges, asked),
        aside=html.Span(_("Every number opens its transactions"), className="muted"),
    )


def _left_out(count: int, asked: Asked) -> Component | None:
    if count:
        many = _n("{number} way is too rare to be drawn.", "{number} ways are too rare to be drawn.", count)
        return html.Span([f"{many} ", html.A(_("Show all"), href=asked.to(ways="all"))])
    return html.Span(html.A(_("Leave out rare ways"), href=asked.to(ways=None))) if asked.ways == "all" else None


def _ways(edges: Sequence[Row], asked: Asked) -> Component:
    """The same as a table, for those who cannot see lines, or want the figures."""
    names = (_("From"), _("To"), _("Transactions"), _("Times"), _("Median"), _("Nine in ten"), _("Late"))
    heads = html.Tr([html.Th(name, className="right" if number > 1 else None) for number, name in enumerate(names)])
    lines = [
        html.Tr(
            [
                html.Td(trails.step(row["from_milestone"])),
                html.Td(trails.step(row["to_milestone"])),
                _count(row["transactions"], asked.cases(went=f"{row['from_milestone']} > {row['to_milestone']}")),
                html.Td(words.number(row["passages"]), className="right"),
                *(html.Td(words.duration(row[name]) if row[name] is not None else "", className="right nowrap") for name in ("p50", "p90")),
                html.Td(words.percent(late_share(row)) if row["promised"] else _muted(_("no due time")), className="right nowrap"),
            ]
        )
        for row in edges
    ]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table process-table")
    return html.Details(
        [html.Summary(_("The same as a table")), scrolling(table, _("Which step followed which"))], className="process-ways"
    )


def _count(number: int, href: str) -> Component:
    return html.Td(html.A(words.number(number), href=href) if number else _muted("0"), className="right")


def _muted(text: str) -> Component:
    return html.Span(text, className="muted")


# -- variants and deviations -----------------------------------------------------------------------------------------------


def _variants(rows: Sequence[Row], summed: Row, asked: Asked) -> Component:
    names = (_("Transactions"), _("Share"), _("Variant"), _("Median"), _("Still running"), _("As defined"))
    heads = html.Tr([html.Th(name, className=None if name in (names[2], names[5]) else "right") for name in names])
    table = html.Table([html.Thead(heads), html.Tbody([_variant(row, asked) for row in rows])], className="table process-table")
    shown = sum(row["transactions"] for row in rows)
    share = words.percent(shown / summed["transactions"])
    rest = _(
        "The {count} most frequent of {variants} variants, {share} of the transactions.",
        count=len(rows),
        variants=summed["variants"],
        share=share,
    )
    note = (
        html.P([rest, f" {_('The export variants has them all.')}"], className="process-said") if len(rows) < summed["variants"] else None
    )
    return card(_("Variants"), scrolling(table, _("Variants")), note, aside=html.Span(_("The most frequent first"), className="muted"))


def _variant(row: Row, asked: Asked) -> Component:
    running = row["transactions"] - row["over"]
    said = [html.Li(trails.deviation(each["kind"], each["milestone"])) for each in row["deviations"]]
    return html.Tr(
        [
            _count(row["transactions"], asked.cases(variant=row["variant"])),
            html.Td(words.percent(row["share"]), className="right nowrap"),
            html.Td(_steps(row["variant"])),
            html.Td(words.duration(row["seconds"]) if row["seconds"] else _muted(_("one moment")), className="right nowrap"),
            _count(running, asked.cases(variant=row["variant"], went=trails.OPEN)),
            html.Td(html.Ul(said) if said else [icon("check"), f" {_('so far')}" if running == row["transactions"] else f" {_('yes')}"]),
        ]
    )


def _steps(variant: str) -> Component:
    """A chain of steps; what failed or was repeated says so in words too."""
    parts: list[Component] = []
    for name in trails.steps_of(variant):
        mark = " process-step-failed" if name.endswith("!") else " process-step-again" if name.endswith("+") else ""
        parts += [icon("arrow-right")] if parts else []
        parts.append(html.Span(trails.step(name), className=f"process-step{mark}"))
    return html.Div(parts, className="process-steps")


def _deviations(found: Found, asked: Asked) -> Component:
    aside = html.Span(_("Events that are no step of the workflow are no part of it, so they are no deviation"), className="muted")
    if not found.deviations:
        return card(_("Not as defined"), html.P(_("Everything ran as it is defined."), className="process-said"), aside=aside)
    names = (_("What"), _("Transactions"), _("Variants"), _("Examples"))
    heads = html.Tr([html.Th(name, className="right" if 0 < number < 3 else None) for number, name in enumerate(names)])
    lines = [
        html.Tr(
            [
                html.Td(html.B(trails.deviation(row["kind"], row["milestone"]))),
                _count(row["transactions"], asked.cases(deviation=f"{row['kind']} {row['milestone']}")),
                html.Td(words.number(row["variants"]), className="right"),
                html.Td(
                    [part for name in row["examples"] for part in (html.A(name, href=links.path(asked.workflow, name, **asked.past)), " ")]
                ),
            ]
        )
        for row in found.deviations
    ]
    table = html.Table([html.Thead(heads), html.Tbody(lines)], className="table process-table")
    return card(_("Not as defined"), scrolling(table, _("Deviations from the definition")), aside=aside)


# -- drift -----------------------------------------------------------------------------------------------------------------


def _drift(asked: Asked) -> Component:
    """Two weeks are compared while the rest can be read already."""
    aside = html.Span(_("The last seven days against the seven before; what chance explains is not told"), className="muted")
    waiting = html.P(_("Comparing the last two weeks …"), className="process-said")
    about = {"workflow": asked.workflow, "site": asked.site, "period": asked.period, **asked.past}
    return card(
        _("Other than the week before"),
        dcc.Store(id="process-about", data=about),
        html.Div(waiting, id="process-drift", role="status"),
        aside=aside,
    )


@callback(Output("process-drift", "children"), Input("process-about", "data"))
def show_drift(about: dict[str, Any]) -> Component:
    at = reader.as_of(about)
    with reader.reader(at) as now:
        found, zone = drifts(now, about["workflow"], about["site"]), now.timezone()
    past: dict[str, Any] = {name: about[name] for name in ("as_of", "known_at") if name in about}
    asked = Asked(about["workflow"], about["site"], about["period"], WAYS[0], past)
    return _told(found[0], asked, zone, at.moment.as_of_ns) if found else html.P(_("Nothing has run yet."), className="process-said")


def _told(drift: Drift, asked: Asked, zone: str, as_of_ns: int) -> Component:
    if not drift.is_compared:
        return html.P(drift_words.not_compared(drift, times.brief(drift.since_ns, zone, as_of_ns)), className="process-said")
    lines = [_line(*drift_words.change(each, drift), asked, variant=each.variant) for each in drift.changes]
    for each in drift.shifts:
        lines.append(_line(*drift_words.shift(each), asked, went=f"{each.from_milestone} > {each.to_milestone}"))
    if lines:
        return html.Ul(lines, className="process-drift")
    same = _(
        "The same as the week before: {before} and then {after} ended, in the same ways and as fast.",
        before=drift.before,
        after=drift.after,
    )
    return html.P(same, className="process-said")


def _line(kind: str, text: str, asked: Asked, **filters: str) -> Component:
    """What is told ended in these weeks; the list is of what began, and says so."""
    began = _("Those that began in the {period}", period=period_inside(asked.period))
    return html.Li([html.B(kind), f" {text} ", html.A(began, href=asked.cases(**filters))])
