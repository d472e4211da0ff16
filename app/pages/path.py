"""Path: where is this order, batch or delivery, what holds it up, and what is next by when?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd
from dash import ALL, MATCH, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.components import annotated, links, message, moment
from app.components.callbacks import callback, clientside
from app.components.empty import empty
from app.components.icons import icon
from app.components.page import button, card, head
from app.components.status import badge, status_of
from app.components.tiles import name_of
from app.figures import times
from app.figures.boxes import Box, boxes_of, lanes_of
from app.figures.broken import broken_list
from app.figures.detail import detail_panel
from app.figures.lanes import drawing_of
from app.figures.marks import MOST_MARKS, Mark, Noted
from app.figures.milestones import milestone_table
from app.figures.related import goods_words, named_list, neighbour_list, object_list
from app.figures.rows import rows_of
from app.figures.span_detail import fields_in, span_detail
from app.figures.spans import traces_of
from app.figures.stakes import waiting_list, workflows_of
from app.figures.steplist import step_list
from app.figures.story import story
from app.figures.swim import swim_lanes
from app.figures.waterfall import shown_of, waterfall
from app.figures.words import type_words
from app.instants import instant_text
from app.owners import owner_of
from metrics import impact
from metrics.path import Path
from metrics.read import Reader

# What needs somebody first, when nobody has chosen a step yet.
_FIRST = ("failed", "retrying", "missing", "unjudged", "early", "expected")


@dataclass(frozen=True, slots=True)
class View:
    """How the address asks for a path to be shown: the chosen step, every attempt for itself, all spans."""

    selected: str = ""
    each: bool = False
    all_spans: bool = False


def layout(**query: Any) -> Component:
    at = reader.as_of(query)
    workflow, transaction, trace = (_text(query.get(name)) for name in ("workflow", "transaction", "trace"))
    with reader.reader(at) as now:
        if trace and not transaction:
            return _trace_page(trace.lower(), now, at, query.get("spans") == "all")
        path, zone = now.path(workflow, transaction), now.timezone()
        # Nothing waits for what has got through.
        is_awaited = path is not None and (path.state in ("failed", "in_progress") or path.status == "inconsistent")
        waiting = impact.of_transaction(now, workflow, transaction) if is_awaited else None
        about = workflows_of(rows_of(now.workflows())) if is_awaited else {}
    if path is None:
        return _unknown(workflow, transaction, at, zone)
    owners = {owner.name: owner.title for owner in reader.application().settings.owners}
    owner = owner_of(reader.application().settings.owners, path.owner, path.site, _code(path))
    path = replace(path, owner=owners.get(owner or "", owner))
    view = View(_text(query.get("selected")), query.get("attempts") == "each", query.get("spans") == "all")
    return _page(path, at, view, _waiting(path, at, waiting, about))


def _text(value: Any) -> str:
    """A name that stands in the address twice means its last."""
    return str(value[-1] if isinstance(value, list) else value or "")


def _page(path: Path, at: reader.AsOf, view: View, waiting: Component | None) -> Component:
    boxes, past = boxes_of(path, view.each), {} if at.is_now else _moment(at)
    chosen = chosen_box(boxes, view.selected)
    about = {
        "workflow": path.workflow,
        "transaction": path.transaction_id,
        "each": view.each,
        "all_spans": view.all_spans,
        **_moment(at),
    }
    return html.Div(
        [
            dcc.Store(id="path-about", data=about),
            dcc.Store(id="path-selected", data=chosen.key if chosen else None),
            moment.banner(at, path.timezone),
            _head(path),
            _verdict(path, at),
            _broken(path, at),
            card("Steps", *_steps(path, at, boxes, chosen), aside=_folding(path, boxes, at, view), className="path-steps"),
            card(
                "Chosen step",
                html.Div(
                    detail_panel(path, chosen, message.block),
                    id="path-step",
                    role="region",
                    **{"aria-live": "polite", "aria-label": "Chosen step"},
                ),
            ),
            waiting,
            card("Milestones", milestone_table(path), aside=html.Span(f"Times in {path.timezone}", className="muted")),
            html.Div(
                [card("Objects", object_list(path, past)), card("Transactions that share an object", neighbour_list(path, past))],
                className="columns",
            ),
            _traces(path, at, view),
        ],
        className="path-page",
        **{"data-title": f"{_kind(path)} {path.transaction_id}"},
    )


def _moment(at: reader.AsOf) -> dict[str, str]:
    """What is asked later about this page is asked as of its own moment."""
    return {"as_of": instant_text(at.moment.as_of_ns), "known_at": instant_text(at.moment.known_ns)}


def chosen_box(boxes: list[Box], key: str | None) -> Box | None:
    """The box the address names (an event inside a folded box counts), else the one that needs somebody, else the newest."""
    named = next((box for box in boxes if key and (box.key == key or key in box.events)), None)
    needy = next((box for tone in _FIRST for box in boxes if box.tone == tone), None)
    return named or needy or (boxes[-1] if boxes else None)


# -- head ------------------------------------------------------------------------------------------------------------------


def _head(path: Path) -> Component:
    title = [f"{_kind(path)} ", html.Span(path.transaction_id, dir="auto", className="path-id")]
    return head(
        title, [path.title, ", ", html.A("all of this workflow", href=links.transactions(workflow=path.workflow))], badge(path.status)
    )


def _kind(path: Path) -> str:
    """Production order"""
    kind = type_words(path.object_type)
    return kind[:1].upper() + kind[1:]


def _verdict(path: Path, at: reader.AsOf) -> Component:
    status, sentences = status_of(path.status), story(path)
    text = html.Div([html.H2(sentences[0], dir="auto"), html.P(" ".join(sentences[1:]), dir="auto"), _way_out(path, at)])
    sign = html.Span(icon(status.icon, status.word), className=f"verdict-sign mark-{status.kind}")
    return html.Section(
        [html.Div([sign, text], className="verdict-words"), _facts(path)], className=f"card path-verdict edge-{status.kind}", role="status"
    )


def _way_out(path: Path, at: reader.AsOf) -> Component | None:
    """What may be done about a step that failed or is missing, which is about now."""
    needs_somebody = path.state == "failed" or any(step.is_missing for step in path.steps) or len(path.violations) > 0
    if not (at.is_now and needs_somebody):
        return None
    return html.P(html.A("What may be done about it", href=links.to("failure", workflow=path.workflow, transaction=path.transaction_id)))


def _broken(path: Path, at: reader.AsOf) -> Component | None:
    listed = broken_list(path, {} if at.is_now else _moment(at))
    return card("Broken rules", listed) if listed is not None else None


def _facts(path: Path) -> Component:
    site = f"{name_of(path.site)} ({path.timezone})" if path.site else f"not known, shown in {path.timezone}"
    facts = [
        ("Site", site),
        ("Started", times.full(path.start_ns, path.timezone)),
        ("Last event", times.full(path.last_event_ns, path.timezone)),
        ("Owner", path.owner or "nobody is named"),
        ("Criticality", path.criticality),
        *goods_words(path),
    ]
    return html.Dl([html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts], className="terms terms-wide")


def _waiting(path: Path, at: reader.AsOf, waiting: impact.Impact | None, workflows: dict[str, str]) -> Component | None:
    """What hangs on this transaction: orders, what is open of them, money, the day somebody needs them."""
    if waiting is None:
        return None
    costs, past = reader.application().settings.costs, {} if at.is_now else _moment(at)
    listed = waiting_list(waiting, path.timezone, path.as_of_ns, workflows, costs, past)
    return card("What waits for it", listed, aside=html.Span("Named together with it, or one step further", className="muted"))


# -- steps -----------------------------------------------------------------------------------------------------------------


def _steps(path: Path, at: reader.AsOf, boxes: list[Box], chosen: Box | None) -> list[Component]:
    if not boxes:
        return [html.P("No step has been taken as of this moment.", className="muted")]
    now = f"{'now' if at.is_now else 'as of'} {times.short(path.as_of_ns, path.timezone, path.last_event_ns)}"
    key = chosen.key if chosen else None
    drawing = drawing_of(boxes, lanes_of(path, boxes), path.timezone, now)
    noted = _meanwhile(path, at)
    below = annotated.below(noted, path.start_ns, path.as_of_ns, site=path.site, workflow=path.workflow)
    return [swim_lanes(drawing, key, noted), step_list(boxes, path.timezone, now, key), below]


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
        html.A("Show every attempt", href=_address(path, at, view, attempts="each"))
        if folded
        else html.A("Fold attempts", href=_address(path, at, view, attempts=None))
        if view.each
        else None
    )
    order = html.Span(f"In order of time, not to scale; times in {path.timezone}", className="muted")
    return html.Div([part for part in (order, link) if part is not None], className="card-aside")


def _address(path: Path, at: reader.AsOf, view: View, **changed: Any) -> str:
    """This page again, with something changed."""
    past = {} if at.is_now else _moment(at)
    kept = {"selected": view.selected or None, "attempts": "each" if view.each else None, "spans": "all" if view.all_spans else None}
    return links.path(path.workflow, path.transaction_id, **{**kept, **past, **changed})


# -- traces ----------------------------------------------------------------------------------------------------------------


def _traces(path: Path, at: reader.AsOf, view: View) -> Component:
    if path.spans.empty:
        return card("Traces", html.P("No trace is behind this transaction: its events came as rows or log records.", className="muted"))
    return card(
        "Traces",
        waterfall(path.spans, path.timezone, _address(path, at, view, spans="all"), view.all_spans),
        aside=html.Span("Each on a time axis of its own, to scale", className="muted"),
    )


def _trace_page(trace: str, now: Reader, at: reader.AsOf, all_spans: bool) -> Component:
    spans, zone, past = now.trace([trace]), now.timezone(), {} if at.is_now else _moment(at)
    if spans.empty:
        return empty(
            "This trace is not here",
            f"No span of trace {trace} has arrived, or it belongs to a site you may not see.",
            button("To the sources", links.to("sources")),
            picture="waypoints",
            whole_page=True,
        )
    return html.Div(
        [
            dcc.Store(id="path-about", data={"trace": trace, "all_spans": all_spans, **_moment(at)}),
            dcc.Store(id="path-selected"),  # no step to choose here: what listens to the page's data reads it
            head("Trace", html.Span(trace, className="mono")),
            moment.banner(at, zone),
            card("Transactions", named_list(rows_of(now.trace_transactions(trace)), past)),
            card("Spans", waterfall(spans, zone, links.to("path", trace=trace, spans="all", **past), all_spans)),
        ]
    )


def _code(path: Path) -> str | None:
    """Of the latest failed attempt at the step it failed at."""
    events = path.events[path.events["is_error"] & (path.events["milestone"] == path.failed_milestone)]
    said = [code for code in events["error_code"] if isinstance(code, str) and not code.startswith("syncline:")]
    return said[-1] if said else None


def _unknown(workflow: str, transaction: str, at: reader.AsOf, zone: str) -> Component:
    named = f"There is no transaction {transaction} in the workflow {workflow}" if transaction and workflow else "No transaction is named"
    text = (
        f"As of {times.full(at.moment.as_of_ns, zone)} no event of this workflow names it. The link may be old, the number written "
        "another way, or it belongs to a site you may not see."
    )
    actions = [button(f"Transactions with “{transaction}”", links.transactions(text=transaction))] if transaction else []
    return empty(named, text, *actions, button("All transactions", links.transactions(), quiet=True), picture="search", whole_page=True)


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
        return html.P("This transaction is not here any more.", className="muted")
    return detail_panel(path, chosen_box(boxes_of(path, bool(about["each"])), selected), message.block)


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
        return "This span is not here any more."
    fields = reader.application().messages.fields_for_span(current_user.viewer, row["span"], partial(fields_in, span))
    return span_detail(span, shown_of(traces, about["all_spans"]), fields)


def _spans_behind(then: Reader, about: dict[str, Any]) -> pd.DataFrame:
    path = then.path(about["workflow"], about["transaction"]) if "workflow" in about else None
    return path.spans if path else then.trace([about.get("trace", "")])
