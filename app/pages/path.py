"""Path: where is this order, batch or delivery, what holds it up, and what is next by when?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
from dash import ALL, MATCH, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import annotated, links, moment
from app.components.callbacks import callback, clientside
from app.components.chosen_step import Ours, chosen_box, ours_of, panel_of, steps_of
from app.components.empty import empty
from app.components.page import button, card, head
from app.components.tiles import name_of
from app.figures import times
from app.figures.boxes import Box, lanes_of
from app.figures.broken import broken_list
from app.figures.countdown import clock
from app.figures.lanes import drawing_of
from app.figures.marks import MOST_MARKS, Mark, Noted
from app.figures.milestones import milestone_table
from app.figures.overview import overview
from app.figures.path_head import head_of, kind_of, verdict_of
from app.figures.related import named_list
from app.figures.rows import rows_of
from app.figures.span_detail import fields_in, span_detail
from app.figures.spans import traces_of
from app.figures.stakes import waiting_list, workflows_of
from app.figures.steplist import step_list
from app.figures.swim import swim_lanes
from app.figures.together import key_of, together_card
from app.figures.usual import beside_usual, too_few
from app.figures.waits import waits_list, waits_of
from app.figures.waterfall import shown_of, waterfall
from app.instants import instant_text
from app.owners import owner_of
from app.pages.narrowing import HOUR_NS, PERIODS
from metrics import impact
from metrics.path import Path
from metrics.read import Reader
from metrics.texts import _
from metrics.together import Together
from metrics.usual import compare, usual_way
from metrics.waiting import outside as waiting_for

MOST_OPENED = 20
USUAL_PERIOD = "28d"
USUAL_HOURS = PERIODS[USUAL_PERIOD][1]


@dataclass(frozen=True, slots=True)
class View:
    """How the address asks for a path to be shown: the chosen step, every attempt for itself, all spans."""

    selected: str = ""
    each: bool = False
    all_spans: bool = False
    opened: tuple[str, ...] = ()  # objects with what belongs to them


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    workflow, transaction, trace = (_text(query.get(name)) for name in ("workflow", "transaction", "trace"))
    with reader.reader(at) as now:
        if trace and not transaction:
            return _trace_page(trace.lower(), now, at, query.get("spans") == "all")
        opened = tuple(links.several(query.get("open")))[:MOST_OPENED]
        found, zone = now.path_and_objects(workflow, transaction, [key_of(text) for text in opened]), now.timezone()
        path, together = found or (None, None)
        outside = waiting_for(now, path) if path is not None else None
        # Nothing waits for what has got through.
        is_awaited = path is not None and (path.state in ("failed", "in_progress") or path.status == "inconsistent")
        waiting = impact.of_transaction(now, workflow, transaction) if is_awaited else None
        about = workflows_of(rows_of(now.workflows())) if is_awaited else {}
    if path is None or together is None or outside is None:
        return _unknown(workflow, transaction, at, zone)
    owners = {owner.name: owner.title for owner in reader.application().settings.owners}
    owner = owner_of(reader.application().settings.owners, path.owner, path.site, _code(path))
    path = replace(path, owner=owners.get(owner or "", owner))
    view = View(_text(query.get("selected")), query.get("attempts") == "each", query.get("spans") == "all", opened)
    ours = ours_of(path)
    waits = waits_of(path, together, outside, ours.queued if at.is_now else (), {} if at.is_now else _moment(at))
    return _page(path, together, at, view, ours, waits_list(waits), _waiting(path, at, waiting, about))


def _text(value: Any) -> str:
    """A name that stands in the address twice means its last."""
    return str(value[-1] if isinstance(value, list) else value or "")


def _page(
    path: Path, together: Together, at: reader.AsOf, view: View, ours: Ours, waits: Component | None, waiting: Component | None
) -> Component:
    boxes, past = steps_of(path, view.each, ours), {} if at.is_now else _moment(at)
    chosen = chosen_box(boxes, view.selected)
    about = {
        "workflow": path.workflow,
        "transaction": path.transaction_id,
        "each": view.each,
        "all_spans": view.all_spans,
        "zone": path.timezone,
        "is_now": at.is_now,
        **_moment(at),
    }
    return html.Div(
        [
            dcc.Store(id="path-about", data=about),
            dcc.Store(id="path-selected", data=chosen.key if chosen else None),
            dcc.Store(id="path-asked"),
            moment.banner(at, path.timezone),
            head_of(path),
            verdict_of(path, past, at.is_now),
            _broken(path, past),
            card(
                _("Steps"),
                *_steps(path, at, boxes, chosen),
                waits,
                _usual(path),
                aside=_folding(path, boxes, at, view),
                className="path-steps",
            ),
            card(
                _("Chosen step"),
                html.Div(
                    panel_of(path, chosen, ours), id="path-step", role="region", **{"aria-live": "polite", "aria-label": _("Chosen step")}
                ),
            ),
            waiting,
            card(
                _("Milestones"), milestone_table(path), aside=html.Span(_("Times in {timezone}", timezone=path.timezone), className="muted")
            ),
            _together(path, together, past, view.opened),
            _traces(path, at, view),
        ],
        className="path-page",
        **{"data-title": f"{kind_of(path)} {path.transaction_id}", **(clock(path.as_of_ns, path.timezone) if at.is_now else {})},
    )


def _moment(at: reader.AsOf) -> dict[str, str]:
    """What is asked later about this page is asked as of its own moment."""
    return {"as_of": instant_text(at.moment.as_of_ns), "known_at": instant_text(at.moment.known_ns)}


def _asked_moment(about: dict[str, Any]) -> dict[str, str]:
    return {name: about[name] for name in ("as_of", "known_at")}


def _broken(path: Path, past: dict[str, str]) -> Component | None:
    listed = broken_list(path, past)
    return card(_("Broken rules"), listed) if listed is not None else None


def _waiting(path: Path, at: reader.AsOf, waiting: impact.Impact | None, workflows: dict[str, str]) -> Component | None:
    """What hangs on this transaction: orders, what is open of them, money, the day somebody needs them."""
    if waiting is None:
        return None
    costs, past = reader.application().settings.costs, {} if at.is_now else _moment(at)
    listed = waiting_list(waiting, path.timezone, path.as_of_ns, workflows, costs, past)
    return card(_("What waits for it"), listed, aside=html.Span(_("Named together with it, or one step further"), className="muted"))


# -- steps -----------------------------------------------------------------------------------------------------------------


def _steps(path: Path, at: reader.AsOf, boxes: list[Box], chosen: Box | None) -> list[Component]:
    if not boxes:
        return [html.P(_("No step has been taken as of this moment."), className="muted")]
    shown = times.short(path.as_of_ns, path.timezone, path.last_event_ns)
    now = _("now {time}", time=shown) if at.is_now else _("as of {time}", time=shown)
    key = chosen.key if chosen else None
    drawing = drawing_of(boxes, lanes_of(path, boxes), path.timezone, now)
    noted = _meanwhile(path, at)
    below = annotated.below(noted, path.start_ns, path.as_of_ns, site=path.site, workflow=path.workflow)
    drawn = [overview(drawing), swim_lanes(drawing, key, noted), step_list(boxes, path.timezone, now, key), below]
    return [part for part in drawn if part is not None]


def _meanwhile(path: Path, at: reader.AsOf) -> Noted:
    """What was noted of its site, workflow or systems while it ran; of what has ended, until its last event."""
    until_ns = path.as_of_ns if path.state in ("failed", "in_progress") else path.last_event_ns
    systems = {step.system for step in path.steps} | {row[name] for row in rows_of(path.events) for name in ("system", "system_name")}
    site = [path.site] if path.site else ()
    found = annotated.noted(at, path.start_ns, until_ns, site, [path.workflow], [each for each in systems if each])
    drawn = [Mark(number, each, 0, 0) for number, each in enumerate(found[-MOST_MARKS:], 1)]
    return Noted(drawn, annotated.around(at, path.timezone), max(0, len(found) - MOST_MARKS))


def _folding(path: Path, boxes: list[Box], at: reader.AsOf, view: View) -> Component:
    folded = any(len(box.events) > 1 for box in boxes)
    link = (
        html.A(_("Show every attempt"), href=_address(path, at, view, attempts="each"))
        if folded
        else html.A(_("Fold attempts"), href=_address(path, at, view, attempts=None))
        if view.each
        else None
    )
    order = html.Span(_("In order of time, not to scale; times in {zone}", zone=path.timezone), className="muted")
    return html.Div([part for part in (order, link) if part is not None], className="card-aside")


def _address(path: Path, at: reader.AsOf, view: View, **changed: Any) -> str:
    """This page again, with something changed."""
    past = {} if at.is_now else _moment(at)
    kept: dict[str, Any] = {"selected": view.selected or None, "open": view.opened}
    kept |= {"attempts": "each" if view.each else None, "spans": "all" if view.all_spans else None}
    return links.path(path.workflow, path.transaction_id, **{**kept, **past, **changed})


# -- the usual way ---------------------------------------------------------------------------------------------------------


def _usual(path: Path) -> Component:
    """Most of a month is looked through while the steps can be read already."""
    waiting = html.P(_("Comparing with how others went {where} …", where=_where(path)), className="usual-said muted")
    return html.Div(waiting, id="path-usual", className="path-usual", role="status", **{"aria-label": _("Beside the usual way")})


def _where(path: Path) -> str:
    return _("at {site}", site=name_of(path.site)) if path.site else "anywhere"


@callback(Output("path-usual", "children"), Input("path-about", "data"))
def show_usual(about: dict[str, Any]) -> Any:
    at = reader.as_of(about)
    with reader.reader(at) as then:
        path = then.path(about["workflow"], about["transaction"])
        usual = usual_way(then, path.workflow, path.site, at.moment.as_of_ns - USUAL_HOURS * HOUR_NS) if path else None
    if path is None:
        return ""
    asked = {"workflow": path.workflow, "site": path.site, "period": USUAL_PERIOD, **({} if about["is_now"] else _asked_moment(about))}
    return beside_usual(compare(path, usual), usual, _where(path), partial(links.transactions, **asked)) if usual else too_few(_where(path))


# -- what belongs together -------------------------------------------------------------------------------------------------


def _together(path: Path, together: Together, past: dict[str, str], opened: Sequence[str]) -> Component:
    return card(
        _("What belongs together"),
        dcc.Store(id="path-opened", data=list(opened)),
        html.Div(together_card(together, path.timezone, past), id="path-together"),
        aside=html.Span(_("In the order in which they come to be; the number on a line is how many events name both"), className="muted"),
    )


# -- traces ----------------------------------------------------------------------------------------------------------------


def _traces(path: Path, at: reader.AsOf, view: View) -> Component:
    if path.spans.empty:
        return card(
            _("Traces"), html.P(_("No trace is behind this transaction: its events came as rows or log records."), className="muted")
        )
    return card(
        _("Traces"),
        waterfall(path.spans, path.timezone, _address(path, at, view, spans="all"), view.all_spans),
        aside=html.Span(_("Each on a time axis of its own, to scale"), className="muted"),
    )


def _trace_page(trace: str, now: Reader, at: reader.AsOf, all_spans: bool) -> Component:
    spans, zone, past = now.trace([trace]), now.timezone(), {} if at.is_now else _moment(at)
    if spans.empty:
        return empty(
            _("This trace is not here"),
            _("No span of trace {trace} has arrived, or you may not see it.", trace=trace),
            button(_("To the sources"), links.to("sources")),
            picture="waypoints",
            whole_page=True,
        )
    return html.Div(
        [
            dcc.Store(id="path-about", data={"trace": trace, "all_spans": all_spans, **_moment(at)}),
            dcc.Store(id="path-selected"),  # no step to choose here: what listens to the page's data reads it
            head(_("Trace"), html.Span(trace, className="mono")),
            moment.banner(at, zone),
            card(_("Transactions"), named_list(rows_of(now.trace_transactions(trace)), past)),
            card(_("Spans"), waterfall(spans, zone, links.to("path", trace=trace, spans="all", **past), all_spans)),
        ]
    )


def _code(path: Path) -> str | None:
    """Of the latest failed attempt at the step it failed at."""
    events = path.events[path.events["is_error"] & (path.events["milestone"] == path.failed_milestone)]
    said = [code for code in events["error_code"] if isinstance(code, str) and not code.startswith("syncline:")]
    return said[-1] if said else None


def _unknown(workflow: str, transaction: str, at: reader.AsOf, zone: str) -> Component:
    named = (
        _("There is no transaction {transaction} in the workflow {workflow}", transaction=transaction, workflow=workflow)
        if transaction and workflow
        else _("No transaction is named")
    )
    text = _(
        "As of {time} no event of this workflow names it. The link may be old, the number written another way, or you may not see it.",
        time=times.full(at.moment.as_of_ns, zone),
    )
    actions = (
        [button(_("Transactions with “{transaction}”", transaction=transaction), links.transactions(text=transaction))]
        if transaction
        else []
    )
    return empty(named, text, *actions, button(_("All transactions"), links.transactions(), quiet=True), picture="search", whole_page=True)


# -- choosing a step -------------------------------------------------------------------------------------------------------

clientside(
    "chooseStep",
    Output("path-selected", "data"),
    Output("shell-address", "data", allow_duplicate=True),
    Input({"type": "path-box", "key": ALL}, "n_clicks"),
    Input({"type": "path-row", "key": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
clientside("showStep", Output("path-about", "storage_type"), Input("path-about", "data"), State("path-selected", "data"))


@callback(Output("path-step", "children"), Input("path-selected", "data"), State("path-about", "data"), prevent_initial_call=True)
def show_step(selected: str, about: dict[str, Any]) -> Component:
    with reader.reader(reader.as_of(about)) as then:
        path = then.path(about["workflow"], about["transaction"])
    if path is None:
        return html.P(_("This transaction is not here any more."), className="muted")
    ours = ours_of(path)
    return panel_of(path, chosen_box(steps_of(path, bool(about["each"]), ours), selected), ours)


clientside(
    "togetherAsked",
    Output("path-asked", "data"),
    Input({"type": "together-open", "key": ALL, "at": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
clientside("togetherDrawn", Output("path-opened", "storage_type"), Input("path-together", "children"))


@callback(
    Output("path-together", "children"),
    Output("path-opened", "data"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("path-asked", "data"),
    State("path-opened", "data"),
    State("path-about", "data"),
    prevent_initial_call=True,
)
def open_object(asked: str, opened: list[str], about: dict[str, Any]) -> Any:
    """Draws what belongs to the object asked about as well; the address keeps it."""
    if not asked:  # drawn, not asked
        return no_update, no_update, no_update
    opened = [*(text for text in opened if text != asked), asked][-MOST_OPENED:]
    at = reader.as_of(about)
    with reader.reader(at) as then:
        together = then.together(about["workflow"], about["transaction"], [key_of(text) for text in opened])
    if together is None:
        return html.P(_("This transaction is not here any more."), className="muted"), no_update, no_update
    shown = together_card(together, about["zone"], {} if about["is_now"] else _asked_moment(about), key_of(asked))
    return shown, opened, {"open": opened}


@callback(
    Output({"type": "span-inside", "span": MATCH}, "children"),
    Input({"type": "span-row", "span": MATCH}, "n_clicks"),
    State({"type": "span-row", "span": MATCH}, "id"),
    State("path-about", "data"),
    prevent_initial_call=True,
)
def open_span(clicks: int | None, row: dict[str, str], about: dict[str, Any]) -> Any:
    if clicks != 1:  # opened before: what is inside does not change
        return no_update
    with reader.reader(reader.as_of(about)) as then:
        traces = traces_of(rows_of(_spans_behind(then, about)))
    span = next((span for trace in traces for span in trace if span["span_id"] == row["span"]), None)
    if span is None:
        return _("This span is not here any more.")
    fields = reader.application().messages.fields_for_span(current_user.viewer, row["span"], partial(fields_in, span))
    return span_detail(span, shown_of(traces, about["all_spans"]), fields)


def _spans_behind(then: Reader, about: dict[str, Any]) -> pd.DataFrame:
    path = then.path(about["workflow"], about["transaction"]) if "workflow" in about else None
    return path.spans if path else then.trace([about.get("trace", "")])
