"""Watching a source arrive, live: record received, event understood, transaction, each with the real thing or what keeps it from coming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from flask_login import current_user

from app import reader
from app.access.rights import CONNECT_SOURCES
from app.arrivals import First, Refused, answered, first_record, refused_since
from app.components import links, values, ways_in
from app.components.callbacks import callback
from app.components.icons import icon
from app.components.page import button, note
from app.components.source_trouble import trouble_of
from app.components.tiles import name_of
from app.components.ways_in import Way
from app.configuration.sections import RECEIVED
from app.figures import times, words
from app.figures.proposed_mapping import attribute_mapping, place_word, proposed_mapping
from app.sample import awaited
from collectors.message import MESSAGE
from metrics.arrivals import Heard, heard
from metrics.texts import _, _later, _n, _parts, language
from metrics.version import data_version

Row = Mapping[str, Any]
TICK_SECONDS, LONG_SECONDS = 1, 60
FORMS = {"x-protobuf": "protobuf", "json": "JSON", "xml": "XML", "edi": "EDI", "csv": "CSV", "cloudevents+json": _later("a CloudEvent")}
WRONG = {  # status of an answer → what to look at
    "401": _later(
        "The token is missing or wrong. `syncline token add NAME --scope ingest` makes one, sent as `Authorization: Bearer TOKEN`."
    ),
    "403": _later("The token is for something else, or for another source; “Machine access” says for what."),
    "404": _later("The path is wrong. Traces go to /v1/traces, logs to /v1/logs, CloudEvents to /v1/events; an SDK adds it by itself."),
    "405": _later("Only POST is taken."),
    "413": _later("The request is too large. Let the exporter send smaller batches."),
    "415": _later("The content type is none of OTLP. Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json."),
    "400": _later("What was sent is not what its content type says."),
    "503": _later("Syncline has no room just now. A good exporter comes again by itself; Docs, connect, says what it may be."),
}
SAME = {"UNAUTHENTICATED": "401", "PERMISSION_DENIED": "403", "RESOURCE_EXHAUSTED": "413", "INVALID_ARGUMENT": "400", "UNAVAILABLE": "503"}
WRONG |= {name: WRONG[status] for name, status in SAME.items()}
WRONG["UNIMPLEMENTED"] = _later("This service is not served: traces and logs are, metrics and profiles are not.")


@dataclass(frozen=True, slots=True)
class Seen:
    """All there is to show."""

    first: First | None
    is_read: bool  # the record is in the tables
    heard: Heard
    refused: list[Refused]
    waited_seconds: float

    @property
    def is_done(self) -> bool:
        return self.heard.transaction is not None or (self.heard.stock is not None and self.heard.event is None)


def may_connect() -> bool:
    """Who looks after interfaces and sees all sites: what has arrived and is no event yet is of no site."""
    return bool(current_user.may(CONNECT_SOURCES)) and current_user.sees.is_all


def watch(chosen: Way, after: int, is_page: bool) -> Component:
    """The three steps of what these sources say behind record number `after`, which fill themselves; the address keeps it on `is_page`."""
    application = reader.application()
    state = {"way": chosen.name, "after": after, "scanned": after, "first": None, "version": "", "is_kept": not is_page}
    state |= {"begun_ns": application.now_ns(), "answers": answered(application)}
    drawn, state, is_done = _look(state)
    return html.Div(
        [
            dcc.Store(id="arrivals-state", data=state),
            dcc.Interval(id="arrivals-tick", interval=TICK_SECONDS * 1000, disabled=is_done),
            html.Div(drawn, id="arrivals-steps", role="status"),
        ]
    )


@callback(
    Output("arrivals-steps", "children"),
    Output("arrivals-state", "data"),
    Output("arrivals-tick", "disabled"),
    Output("shell-address", "data", allow_duplicate=True),
    Input("arrivals-tick", "n_intervals"),
    State("arrivals-state", "data"),
    prevent_initial_call=True,
)
def look(_ticks: int | None, state: dict[str, Any]) -> Any:
    """Once a second; drawn anew only when there is something else to say."""
    if not may_connect():
        return no_update, no_update, True, no_update
    drawn, newest, is_done = _look(state)
    address = no_update if state["is_kept"] else {"way": state["way"], "after": str(state["after"])}
    if newest == state and state["is_kept"]:
        return no_update, no_update, no_update, no_update
    return (no_update if newest["version"] == state["version"] else drawn), {**newest, "is_kept": True}, is_done, address


def _look(state: dict[str, Any]) -> tuple[list[Component], dict[str, Any], bool]:
    application, chosen = reader.application(), ways_in.way(state["way"]) or ways_in.WAYS[0]
    sources, first = ways_in.watched(application.settings, chosen), _told(state["first"])
    scanned = state["scanned"]
    if first is None:
        first, scanned = first_record(application.journal, sources, scanned)
    is_read = first is not None and _is_read(first)
    waited = (application.now_ns() - state["begun_ns"]) / 1e9
    refused = refused_since(application, state["answers"])
    troubles = [application.source_states().get(name) for name in sources]
    version = repr(
        (
            first and first.number,
            is_read,
            application.loader and application.loader.failure,
            waited > LONG_SECONDS,
            refused,
            troubles,
            data_version(application.store) if is_read else "",
        )
    )
    newest = {**state, "scanned": scanned, "first": _kept(first), "version": version}
    if version == state["version"]:
        return [], newest, False
    seen = Seen(first, is_read, _heard(sources, first) if first and is_read else Heard(None, None, None, None, None), refused, waited)
    return _steps(seen, chosen, sources), newest, seen.is_done


def _kept(first: First | None) -> dict[str, Any] | None:
    """For the browser, whose numbers are too short for an instant in ns."""
    return {**asdict(first), "recorded_ns": str(first.recorded_ns)} if first else None


def _told(kept: dict[str, Any] | None) -> First | None:
    return First(**{**kept, "recorded_ns": int(kept["recorded_ns"])}) if kept else None


def _is_read(first: First) -> bool:
    """Whether all that follows from the record has been computed. Where nobody serves, whoever loads computes as well."""
    application = reader.application()
    loader = application.loader
    return application.intake.loaded() >= first.number and (loader is None or loader.seen >= first.number)


def _heard(sources: list[str], first: First) -> Heard:
    with reader.reader() as now:
        return heard(now, sources, first.recorded_ns)


# -- the steps -------------------------------------------------------------------------------------------------------------


def _steps(seen: Seen, chosen: Way, sources: list[str]) -> list[Component]:
    """The first that is not reached is what one waits for."""
    zone = reader.definitions().timezone
    event, stock, is_there = seen.heard.event, seen.heard.stock, seen.first is not None
    shown = [
        (_("Record received"), is_there, _record(seen.first, zone) if seen.first else _waiting(seen, chosen, sources, zone)),
        (_("Event understood"), bool(event or stock), _event(seen, zone) if is_there else _ahead(_("How it was read will stand here."))),
        (
            _("Transaction"),
            seen.is_done,
            _transaction(seen) if event or stock else _ahead(_("The order, batch or shipment it belongs to.")),
        ),
    ]
    reached = [is_reached for _title, is_reached, _body in shown]
    current = reached.index(False) if False in reached else len(shown)
    items = [_step(title, is_reached, place == current, body) for place, (title, is_reached, body) in enumerate(shown)]
    return [*(_refusal(each) for each in seen.refused), html.Ol(items, className="arrive")]


def _step(title: str, is_reached: bool, is_current: bool, body: Any) -> Component:
    look, picture, said = (
        ("is-reached", "circle-check", _("done"))
        if is_reached
        else ("is-current", "hourglass", _("waiting"))
        if is_current
        else ("", "circle-dashed", _("later"))
    )
    head = html.H3([title, html.Span(f" {said}", className="unseen")])
    return html.Li([html.Span(icon(picture), className="arrive-mark"), html.Div([head, *_listed(body)])], className=look)


def _listed(body: Any) -> list[Any]:
    return list(body) if isinstance(body, list | tuple) else [body]


def _ahead(text: str) -> Component:
    return html.P(text, className="muted")


def _refusal(each: Refused) -> Component:
    """What a receiver did not take, in the words that its sender was told."""
    refused = _n(
        "{number} request was refused over {carrier} ({status}).",
        "{number} requests were refused over {carrier} ({status}).",
        each.requests,
        carrier=each.carrier.upper(),
        status=each.status,
    )
    told = html.Div(_parts("Told to the sender: {sentence}", sentence=html.Code(each.sentence))) if each.sentence else None
    parts = [
        html.B(f"{refused} "),
        _(WRONG.get(each.status, "")),
        told,
    ]
    return note("failed", [part for part in parts if part], "circle-x")


# -- 1: record received ----------------------------------------------------------------------------------------------------


def _record(first: First, zone: str) -> Component:
    facts = {
        _("Source"): first.source,
        _("From"): first.stream or _("its receiver"),
        _("Received"): times.stamp(first.recorded_ns, zone),
        _("Kind"): _kind(first),
        _("Size"): _("{number} bytes", number=first.size_bytes),
    }
    return html.Dl([part for name, value in facts.items() for part in (html.Dt(name), html.Dd(value))], className="arrive-facts")


def _kind(first: First) -> str:
    """As people call it; of what is none of these the content type."""
    media = first.content_type.removeprefix(f"{MESSAGE}; ").partition(";")[0].strip()
    form = FORMS.get(media.partition("/")[2], media)
    return _("OTLP {stream} in {form}", stream=first.stream, form=form) if first.source == RECEIVED else form


def _waiting(seen: Seen, chosen: Way, sources: list[str], zone: str) -> list[Component | None]:
    """That nothing has come, what keeps a polled source from being read, and after a minute what to look at."""
    application = reader.application()
    if not sources:
        return [html.P(_("No source of this kind is configured yet: the configuration says where it is. Then Syncline is started anew."))]
    states = application.source_states()
    troubles = [trouble_of(states.get(name), zone, application.now_ns()) for name in sources]
    read = [
        _("{name} was read to its end at {time}", name=name, time=times.clock(s.read_ns, zone))
        for name in sources
        if (s := states.get(name)) and s.read_ns
    ]
    nowhere = language().listed(sources, either=True)
    told = _("{read}, and nothing was there.", read="; ".join(read)) if read else _("Nothing has come from {names} yet.", names=nowhere)
    advice = _advice(chosen) if seen.waited_seconds > LONG_SECONDS and not any(troubles) else None
    return [*troubles, html.P(f"{told} {_('This looks again every second.')}"), advice]


def _advice(chosen: Way) -> Component:
    """In the order in which it is mostly found."""
    settings = reader.application().settings
    if chosen.name in ("otlp", "cloudevents"):
        local = _("It listens on this machine only: a program elsewhere needs otlp.http_host: 0.0.0.0 and a token.")
        points = [
            _("Does the program run, and does it send? An SDK sends a batch every five seconds, and at its end."),
            _("Does it send to the address above? From its machine: the line that sends one span shows whether the way is free."),
            local
            if ways_in.is_local(settings)
            else _("Does a firewall or proxy lie between? The port is that of the receiver, not of this page."),
            _("gRPC sent to the port of HTTP reaches nobody: the protocol and the port have to fit."),
        ]
    else:
        points = [
            _("Is anything there? Only what is new since the last read is a record."),
            _("Does the path, topic, queue or query in the configuration name what you mean?"),
            _("Was Syncline started anew after the configuration was changed?"),
        ]
    doctor = _parts("Still nothing? {command} looks at everything.", command=html.Code(ways_in.command("doctor", settings)))
    return html.Div(
        [html.B(_("Nothing for a minute. Look at these:")), html.Ul([*map(html.Li, points), html.Li(doctor)])], className="arrive-advice"
    )


# -- 2: event understood ---------------------------------------------------------------------------------------------------


def _event(seen: Seen, zone: str) -> Any:
    event, stock, refused, unread = seen.heard.event, seen.heard.stock, seen.heard.refused, seen.heard.unread
    if event:
        return _understood(event, zone)
    if stock:
        much = words.with_unit(stock["quantity"], stock["uom"])
        return html.P(
            _(
                "Stock of {system} at {site}: {item}, {much}.",
                system=words.system_word(stock["system"]),
                site=name_of(stock["site"]),
                item=stock["item"],
                much=much,
            )
        )
    if refused:
        return _rejected(refused)
    if unread:
        return _unread(unread)
    if not seen.is_read:
        return _being_read()
    return _ahead(_("Nothing in it says that something happened: a record without a row, a span or a message."))


def _being_read() -> Component:
    loader = reader.application().loader
    if loader and loader.failure:
        return note("failed", _("It is on disk, but reading it fails, and is tried again: {failure}", failure=loader.failure), "circle-x")
    return _ahead(_("It is on disk, and is being read."))


def _understood(event: Row, zone: str) -> list[Component]:
    objects = ", ".join(f"{words.type_words(each['object_type'])} {each['object_id']}" for each in event["objects"])
    facts = {
        _("Event type"): html.Code(event["event_type"]),
        _("System, site"): f"{words.system_word(event['system'])}, {name_of(event['site'])}",
        _("Took effect"): times.stamp(event["event_ns"], zone),
        _("Objects"): objects or _("none: only a trace or message id can place it"),
        _("Outcome"): _("error: {reason}", reason=event["error_text"] or _("nothing said why")) if event["is_error"] else _("ok"),
    }
    return [html.Dl([part for name, value in facts.items() for part in (html.Dt(name), html.Dd(value))], className="arrive-facts")]


def _rejected(row: Row) -> list[Component | None]:
    told = [html.B(f"{_('Refused:')} "), f"{row['reason']}. ", _("It is kept as it came.")]
    source = next((each for each in reader.application().settings.sources if each.name == row["source"]), None)
    mend = (
        _("Mend the mapping of {source}, start Syncline anew, then:", source=row["source"])
        if source
        else _("Mend it at its sender, or map it; then:")
    )
    return [
        html.P(told),
        html.P(values.shown(row["excerpt"])) if row["excerpt"] else None,
        html.P([mend, html.Code(f"syncline retry {row['source']}")]),
        html.P(html.A(_("All that was rejected"), href=links.to("sources", source=row["source"]))),
    ]


def _unread(row: Row) -> list[Component]:
    """Why it is no event, with a mapping to begin with."""
    is_told, said = values.may_read(), orjson.loads(row["fields"] or "{}")
    fields = {name: values.of_field(name, str(value)) if is_told else "" for name, value in said.items()}
    source = next((each for each in reader.application().settings.sources if each.name == row["source"]), None)
    if row["kind"] == "record":
        kind, form = source.kind if source else "csv", str(source.options.get("format", "")) if source else ""
        text = proposed_mapping(row["source"], kind, place_word(kind, form), fields, is_told)
        what = _("The record says no event type")
    else:
        text = attribute_mapping(row["source"], fields, None, None)
        by = _(" of {service}", service=row["service"]) if row["service"] else ""
        what = _("The {kind} ‘{title}’{by} says no event type", kind=row["kind"], title=row["title"], by=by)
    there = html.Ul([html.Li([html.Code(name), f" = {value[:80]}" if is_told else ""]) for name, value in fields.items()])
    own = "" if row["kind"] == "record" else f" {_('Let the program say mfg.event.type, or derive it:')}"
    return [
        html.P(_("{what}, so it is kept and shown, and is no event.{rest}", what=what, rest=own or f" {_('A mapping to begin with:')}")),
        html.Div(
            [html.Pre(text, id="arrivals-mapping", tabIndex=0), dcc.Clipboard(target_id="arrivals-mapping", title=_("Copy"))],
            className="copied",
        ),
        html.Details([html.Summary(_n("{number} field", "{number} fields", len(fields))), there])
        if fields
        else html.P(_("It has no fields."), className="muted"),
        html.P(html.A(_("How mappings are written"), href=links.to("docs", page="mapping"))),
    ]


# -- 3: transaction --------------------------------------------------------------------------------------------------------


def _transaction(seen: Seen) -> list[Component]:
    found, event = seen.heard.transaction, seen.heard.event
    if found:
        what = f"{words.sentence(words.type_words(found['object_type']))} {found['transaction_id']}"
        address = links.path(found["workflow"], found["transaction_id"])
        return [html.P([html.B(what), f", {found['title']}."]), button(_("See its path"), address, "arrow-right")]
    if event is None:
        return [
            html.P(_("Stock is compared, and makes no transaction.")),
            button(_("To the inventory"), links.to("inventory"), "arrow-right"),
        ]
    why = awaited(reader.definitions(), event["event_type"], event["system"])
    if why.startswith("is "):
        kinds = {each.object: None for each in reader.definitions().workflows if event["event_type"] in [m.event for m in each.milestones]}
        named = " or ".join(f"mfg.object.{kind}" for kind in kinds)
        return [html.P(_("It {why}, but names no object that workflow is about: {named} would.", why=why, named=named))]
    return [
        html.P(_("The event is kept, and {why}.", why=why)),
        html.P(
            _parts(
                "A workflow says which events make a transaction: {guide}.",
                guide=html.A(_("how to define one"), href=links.to("docs", page="workflows")),
            )
        ),
    ]
