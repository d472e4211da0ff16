"""The panel of one selected step: what was said, what it means, when, from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from app.components.icons import icon
from app.figures import times
from app.figures.anchors import anchor
from app.figures.boxes import Box
from app.figures.rows import rows_of
from app.figures.words import (
    ERROR_CLASSES,
    amount,
    class_word,
    code_beside,
    duration,
    event_words,
    span_of,
    step_words,
    system_word,
    type_words,
    with_unit,
)
from collectors.rest.request import shown as without_secrets
from metrics.keys import seconds
from metrics.path import Path, Step
from metrics.texts import _

Fact = tuple[str, Any]
Below = Callable[[Mapping[str, Any]], Component]  # what stands below the facts of an event


def detail_panel(path: Path, box: Box | None, below: Below | None = None) -> Component:
    """Everything known about the box; about a folded one, every event in it."""
    if box is None:
        return html.P(_("Choose a step above to see what was said about it."), className="muted")
    events = [event for event in rows_of(path.events) if event["event_id"] in box.events]
    head = html.H3(
        [html.Span(icon(box.icon), className=f"mark mark-{box.tone}"), f"{box.title}, {box.lane}: ", html.Span(box.word.lower())],
        className="detail-head",
    )
    if not events:
        return html.Div([head, _expectation(path, box)], className="detail")
    return html.Div([head, *_error(events[-1]), *_each_event(path, events, below)], className="detail")


# -- an error --------------------------------------------------------------------------------------------------------------


def _error(event: dict[str, Any]) -> list[Component]:
    """The sender's words first, then what the class means and who acts."""
    if not event["is_error"]:
        return []
    said = event["error_text"] or event["error_type"] or _("The sender gave no reason.")
    origin = ", ".join(filter(None, (code_beside(event["error_code"], said), _type_beside(event))))
    quote = html.Figure(
        [html.Blockquote(said, dir="auto"), html.Figcaption(": ".join(filter(None, (system_word(event["system"]), origin))))],
        className="said",
    )
    known = ERROR_CLASSES.get(event["error_class"] or "")
    if known is None:
        return [quote]
    meaning = [
        html.B(f"{_('{error} error.', error=class_word(event['error_class']).capitalize())} "),
        f"{_(known.meaning)} {_(known.retry)} ",
        html.B(_("Who acts: {actor}.", actor=_(known.actor))),
    ]
    aside = (
        html.P([icon("archive-x"), f" {_('Put aside: no further attempt will come by itself.')}"], className="aside")
        if event["dead_letter"]
        else None
    )
    return [part for part in (quote, html.P(meaning, className="meaning"), aside) if part is not None]


def _type_beside(event: dict[str, Any]) -> str | None:
    """The type of the error, where neither the text nor the code says it."""
    text, name, code = event["error_text"], event["error_type"], (event["error_code"] or "").lower()
    return name if text and name and name not in text and name.lower() not in (code, *code.split(":")) else None


# -- what came -------------------------------------------------------------------------------------------------------------


def _each_event(path: Path, events: list[dict[str, Any]], below: Below | None) -> list[Component]:
    def told(event: dict[str, Any]) -> list[Component]:
        return [_facts(_event_facts(path, event)), *([below(event)] if below else [])]

    if len(events) == 1:
        return told(events[0])
    rows = [
        html.Details([html.Summary(_summary(path, event), dir="auto"), *told(event)], open=n == len(events) - 1)
        for n, event in enumerate(events)
    ]
    return [html.Div(rows, className="detail-events")]


def _summary(path: Path, event: dict[str, Any]) -> str:
    text = event["error_text"] or event["error_type"] or event_words(event["event_type"])
    return _(
        "{time}, attempt {attempt}: {text}", time=times.full(event["event_ns"], path.timezone), attempt=event["attempt"] or 1, text=text
    )


def _event_facts(path: Path, event: dict[str, Any]) -> list[Fact]:
    return [*_when(path, event), *_goods(path, event), *_origin(path, event), *_message(path, event)]


def _when(path: Path, event: dict[str, Any]) -> list[Fact]:
    ns, told = event["event_ns"], event["recorded_ns"]
    # Said only when it matters: a record that came more than a minute after what it tells.
    late = (
        [(_("Told us"), _("{time}, {duration} later", time=times.full(told, path.timezone), duration=span_of(ns, told)))]
        if told - ns > 60 * 10**9
        else []
    )
    return [
        (_("Took effect"), f"{times.full(ns, path.timezone)} ({path.timezone})"),
        ("UTC", times.utc(ns)),
        *late,
        (_("Attempt"), event["attempt"]),
        (_("Repeats"), _("an earlier message under the same key; harmless") if event["is_redelivery"] else None),
    ]


def _goods(path: Path, event: dict[str, Any]) -> list[Fact]:
    def zoned(ns: int | None) -> str | None:
        return times.full(ns, path.timezone) if ns is not None else None

    return [
        (_("Quantity"), with_unit(event["quantity"], event["uom"])),
        (_("Ordered"), with_unit(event["ordered_quantity"], event["uom"])),
        (_("Value"), f"{amount(event['value'])} {event['currency'] or ''}".strip()),
        (_("Item"), event["item"]),
        (_("Batch"), event["batch"]),
        (_("Location"), event["location"]),
        (_("Partner"), event["partner"]),
        (_("Customer"), event["customer"]),
        (_("Promised for"), zoned(event["promised_ns"])),
        (_("Wanted by"), zoned(event["due_ns"])),
        (_("Names"), _names(event["objects"])),
    ]


def _names(objects: list[str] | None) -> str:
    """`purchase_order 4500` → purchase order 4500."""
    pairs = [name.split(" ", 1) for name in objects or []]
    return ", ".join(f"{type_words(pair[0])} {pair[-1]}" for pair in pairs)


def _origin(path: Path, event: dict[str, Any]) -> list[Fact]:
    return [
        (_("System"), ", ".join(filter(None, (system_word(event["system"]), event["system_name"], event["site"])))),
        (_("Event type"), event["event_type"]),
        (_("Idempotency key"), _mono(event["idempotency_key"])),
        (_("Recovery"), _mono(event["recovery_id"])),
        (_("Schema version"), event.get("schema_version")),
        (_("Payload"), _mono(without_secrets(event["payload_ref"])) if event.get("payload_ref") else None),
        (_("Source"), event["source"]),
        (_("Position"), _mono(event["position"])),
        (_("Event id"), _mono(event["event_id"])),
        (_("Trace"), _trace(path, event["trace_id"])),
    ]


def _message(path: Path, event: dict[str, Any]) -> list[Fact]:
    """How the message came here, where a sending span or the step before it in another system says so."""
    hop = next((hop for hop in rows_of(path.hops) if hop["event_id"] == event["event_id"]), None)
    if hop is None or hop["from_system"] is None:
        return []
    slots = {"system": system_word(hop["from_system"]), "duration": duration(hop["seconds"])}
    if hop["destination"]:
        said = _("{system} through {destination}, {duration} on the way", destination=hop["destination"], **slots)
    else:
        said = _("{system}, {duration} on the way", **slots)
    return [(_("Came from"), said)]


def _trace(path: Path, trace_id: str | None) -> Component | None:
    """A link to the trace below, where it is: spans may be kept shorter than events."""
    if trace_id and (path.spans["trace_id"] == trace_id).any():
        return html.A(trace_id, href=f"#{anchor('trace', trace_id)}", className="mono")
    return _mono(trace_id)


def _mono(text: str | None) -> Component | None:
    return html.Span(text, className="mono") if text else None


def _facts(facts: list[Fact]) -> Component:
    """What is absent is left out: a dash for every field nobody sent would hide the few that matter."""
    said = [html.Div([html.Dt(name), html.Dd(value, dir="auto")]) for name, value in facts if value not in (None, "")]
    return html.Dl(said, className="terms")


# -- what has not come -----------------------------------------------------------------------------------------------------


def _expectation(path: Path, box: Box) -> Component:
    step = next((step for step in path.steps if step.name == box.milestone), None)
    return _facts(_step_facts(path, step)) if step else html.Div()


def _step_facts(path: Path, step: Step) -> list[Fact]:
    earlier = next((other for other in path.steps if other.name == step.after), None)
    opened = f"{times.full(step.opened_ns, path.timezone)}" if step.opened_ns is not None else _("not yet")
    due = f"{times.full(step.due_ns, path.timezone)} ({path.timezone})" if step.due_ns is not None else None
    return [
        (_("Waits for"), step_words(step.event, step.system)),
        (_("Event type"), step.event),
        (_("Opens with"), event_words(earlier.event) if earlier else None),
        (_("Opened"), opened if earlier else None),
        (_("Due"), due),
        ("UTC", times.utc(step.due_ns) if step.due_ns is not None else None),
        (_("Agreed"), agreed(step)),
        (_("State"), _state(path, step)),
        (_("Milestone"), _mono(step.name)),
    ]


def agreed(step: Step) -> str | None:
    """`within 2 d of working time`, or why there is no deadline."""
    if step.within:
        length = _length(step.within)
        return _("within {duration} of working time", duration=length) if step.working else _("within {duration}", duration=length)
    return _("no deadline: {reason}", reason=step.open_ended) if step.open_ended else _("no deadline")


def _length(written: str) -> str:
    """`5m` → 5 min, as on the board. A day stays a day: of working time it has not 24 hours."""
    return _("{days} d", days=written[:-1]) if written.endswith("d") else duration(seconds(written))


def _state(path: Path, step: Step) -> str:
    if step.is_missing and step.due_ns is not None and step.due_ns < path.as_of_ns:
        return _("Missing: {duration} overdue.", duration=span_of(step.due_ns, path.as_of_ns))
    if step.is_missing:
        return _("Missing: a step that depends on it has been reached.")
    if step.is_unjudged:
        return _("Cannot judge: the feed of {system} is behind, so it may have come without us knowing.", system=system_word(step.system))
    if step.opened_ns is None:
        return _("Not due yet: the step before it has not been reached.")
    return _("Expected in {duration}.", duration=span_of(path.as_of_ns, step.due_ns)) if step.due_ns is not None else _("Expected.")
