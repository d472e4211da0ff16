"""How a source is connected: the ways there are, what to write and to run for the chosen one, and its records as they arrive."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from app import reader
from app.accounts.tokens import INGEST
from app.components import arrivals, links, ways_in
from app.components.choices import choices
from app.components.page import note
from app.components.ways_in import Way
from app.configuration.model import Settings
from collectors.receivers import NO_GRPC
from metrics.texts import _, _parts

SECOND_NS = 1_000_000_000


def parts(chosen: Way, after: int, is_page: bool = False) -> list[Component]:
    """The ways; at the left what to do, at the right what has come behind record number `after`. `is_page`: the address says both."""
    offered = [(_(each.title), address(each, after), each is chosen) for each in ways_in.WAYS]
    how = html.Div([html.H2(_("Connect it")), html.P(_(chosen.about), className="muted"), *_how(chosen)], className="connect-how")
    what = html.Div([html.H2(_("Watch it arrive")), arrivals.watch(chosen, after, is_page)], className="connect-what")
    return [choices(_("Where from"), offered, "choices connect-ways"), html.Div([how, what], className="connect")]


def address(chosen: Way, after: int) -> str:
    """Reload, back and a shared link show the same way, and what has come since the same record."""
    return links.to("connect", way=chosen.name, after=after)


def _how(chosen: Way) -> list[Component]:
    settings = reader.application().settings
    docs = html.P(html.A(_("All about it: {title}", title=_(chosen.title)), href=links.to("docs", page=chosen.docs)))
    if chosen.name == "otlp":
        return [*_sent(settings), docs]
    listens = [*_events_over_http(settings)] if chosen.name == "cloudevents" else []
    return [*listens, *_configured(chosen, settings), docs]


# -- what is sent to us ----------------------------------------------------------------------------------------------------


def _sent(settings: Settings) -> list[Component]:
    over_http, token = _http(settings), settings.otlp.token_required
    return [
        html.P(_("Point any OpenTelemetry SDK here, without a line of code:")),
        copied("connect-http", ways_in.exporter(over_http, "http/protobuf", token)),
        *_over_grpc(settings),
        *_reach(settings),
        html.Details(
            [html.Summary(_("A Collector that others send to already")), copied("connect-collector", ways_in.collector(over_http, token))]
        ),
        *_by_hand(settings),
    ]


def _http(settings: Settings) -> str:
    receiver = reader.application().receiver
    return ways_in.http_address(settings, receiver.port if receiver else settings.otlp.http_port)


def _over_grpc(settings: Settings) -> list[Component]:
    application = reader.application()
    if application.receiver and not application.grpc_receiver:
        return [html.P([NO_GRPC], className="muted")]
    port = application.grpc_receiver.port if application.grpc_receiver else settings.otlp.grpc_port
    text = ways_in.exporter(ways_in.grpc_address(settings, port), "grpc", settings.otlp.token_required)
    return [html.Details([html.Summary(_("Over gRPC")), copied("connect-grpc", text)])]


def _reach(settings: Settings) -> list[Component]:
    """From where it can be reached, and whether a token is needed and there is one."""
    local = _("It listens on this machine only. For programs elsewhere set otlp.http_host: 0.0.0.0; then they need a token.")
    told = [html.P(local, className="muted")] if ways_in.is_local(settings) else []
    if not settings.otlp.token_required:
        return [*told, html.P(_("No token is needed."), className="muted")]
    machines, now_ns = reader.application().machines, reader.application().now_ns()
    usable = sorted({token.name for token in machines.every() if token.works(now_ns) and token.allows(INGEST)})
    make = _parts(
        "{command} shows one once; put it where TOKEN stands.",
        command=html.Code(ways_in.command("token add NAME --scope ingest", settings)),
    )
    if usable:
        return [*told, note("info", [f"{_('A token is needed. In use: {names}. Another one:', names=', '.join(usable))} ", *make], "lock")]
    return [*told, note("late", [f"{_('A token is needed, and there is none yet.')} ", *make], "lock")]


def _by_hand(settings: Settings) -> list[Component]:
    """One span from a shell. It is an order like any other, so it is said how to take it back."""
    workflow = ways_in.tried(settings)
    if workflow is None:
        return []
    name, first = f"TRY-{reader.application().now_ns() // SECOND_NS % 1_000_000:06d}", workflow.milestones[0]
    begun = ways_in.one_span(settings, _http(settings), workflow, (first.event, first.system), name)
    counts = _("{name} counts like any other {object}", name=name, object=workflow.object.replace("_", " "))
    parts: list[Component] = [
        html.P(_("No program at hand? One span from any shell shows whether the way is free:")),
        copied("connect-curl", begun),
    ]
    if not workflow.cancel:
        return [*parts, html.P(_("{counted}, and cannot be taken back: no event cancels it.", counted=counts), className="muted")]
    back = ways_in.one_span(settings, _http(settings), workflow, workflow.cancel[0], name)
    taken = html.Details(
        [html.Summary(_("Take it back")), html.P(_("Cancelled it is in no figure, and stays in the lists.")), copied("connect-back", back)]
    )
    return [*parts, html.P(_("{counted} until it is taken back.", counted=counts), className="muted"), taken]


def _events_over_http(settings: Settings) -> list[Component]:
    text = f"{_http(settings)}/v1/events"
    return [html.P(_("Send CloudEvents, one or a batch, with a POST to:")), copied("connect-events", text), *_reach(settings)]


# -- what we read ----------------------------------------------------------------------------------------------------------


def _configured(chosen: Way, settings: Settings) -> list[Component]:
    """What to write into the configuration, and to run then."""
    there = [source.name for source in settings.sources if source.kind in chosen.kinds]
    package = ways_in.missing_package(chosen)
    file = settings.file.absolute()
    source = there[0] if there else "NAME"
    steps: list[Any] = [
        html.Li(_parts("Install what it needs: {command}", command=html.Code(f"pip install '{package}'"))) if package else None,
        html.Li([html.P(_parts("Write it under {section} in {file}, with your names:",
                               section=html.Code("sources"), file=html.Code(str(file)))),
                 copied("connect-entry", ways_in.example(chosen.example))]),
        html.Li([html.P(_("See how a sample of yours would be read, before anything counts:")),
                 copied("connect-check", ways_in.command(f"check --sample FILE --source {source}", settings))]),
        html.Li([html.P(_("Start Syncline anew: it reads its configuration when it starts.")),
                 copied("connect-serve", ways_in.command("serve", settings))]),
    ]  # fmt: skip
    told = [html.P(_("Configured already: {names}.", names=", ".join(there)), className="muted")] if there else []
    return [*told, html.Ol([step for step in steps if step], className="connect-steps")]


def copied(name: str, text: str) -> Component:
    """Text to copy, with the button that does."""
    return html.Div([html.Pre(html.Code(text), id=name, tabIndex=0), dcc.Clipboard(target_id=name, title=_("Copy"))], className="copied")
