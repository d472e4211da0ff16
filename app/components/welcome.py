"""The first start: nothing has arrived yet, and this is how the first source is connected."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from app.components import links
from app.components.icons import icon
from app.components.page import button
from app.configuration.model import Settings


def first_start(settings: Settings) -> Component:
    steps = [_otlp(settings), _files(settings), _check(settings)]
    words = html.Div(
        [
            html.H2("Nothing has arrived yet"),
            html.P(
                "Once events come, this page says for every workflow and site whether orders, batches and shipments got through. "
                "There are three ways to the first one."
            ),
        ],
        className="welcome-words",
    )
    return html.Section(
        [
            html.Div([html.Span(icon("plug"), className="empty-picture"), words], className="welcome-head"),
            html.Ol(steps, className="welcome-steps"),
        ],
        className="card welcome",
    )


def _otlp(settings: Settings) -> Component:
    address = f"http://{settings.otlp.http_host}:{settings.otlp.http_port}"
    token = "\nexport OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer TOKEN'" if settings.otlp.token_required else ""
    return html.Li(
        [
            html.B("Send OpenTelemetry"),
            html.P("Point any OpenTelemetry SDK or collector here, over HTTP:"),
            _code(f"export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nexport OTEL_EXPORTER_OTLP_ENDPOINT={address}{token}"),
        ]
    )


def _files(settings: Settings) -> Component:
    names = ", ".join(source.name for source in settings.sources)
    told = f"Configured so far: {names}." if names else "None is configured yet."
    return html.Li(
        [
            html.B("Read files or tables"),
            html.P([f"Name them under sources in {settings.file.name}. {told} Then:"]),
            _code("syncline ingest"),
        ]
    )


def _check(settings: Settings) -> Component:
    return html.Li(
        [
            html.B("Look before you connect"),
            html.P("Shows how each record of a sample would be read, and which fields stay empty:"),
            _code(f"syncline check --config {settings.file.name} --sample FILE"),
            html.P(button("How to connect a source", links.to("docs", page="connect"), "arrow-right", quiet=True)),
        ]
    )


def _code(text: str) -> Component:
    return html.Pre(html.Code(text), tabIndex=0)
