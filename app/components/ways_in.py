"""The ways data comes in, and for each the configuration and the commands that connect it to this very installation."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import has_request_context, request

from app.configuration.model import Settings
from app.configuration.sections import RECEIVED, SENT_EVENTS
from collectors.sources import SOURCES
from metrics.texts import _later
from metrics.workflows import Workflow

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  compared, not listened on
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FILES = ("files", "csv", "otlp_file", "inventory_csv")


@dataclass(frozen=True, slots=True)
class Way:
    """`kinds` are those of `sources` that it is about; `example` the folder in docs/examples that its configuration is taken from."""

    name: str
    title: str
    about: str
    kinds: tuple[str, ...]
    docs: str
    example: str = ""


WAYS = (
    Way("otlp", "OpenTelemetry", _later("Any program, SDK or Collector that can send traces or logs."), (RECEIVED,), "connect"),
    Way(
        "files", _later("Files"), _later("Folders of CSV, JSON Lines or Parquet: tailed, rotated, packed."), FILES, "sources/files", "files"
    ),
    Way(
        "database", _later("Database"), _later("A log, outbox or stock table, or any query."), ("database",), "sources/database", "database"
    ),
    Way(
        "kafka",
        _later("Kafka"),
        _later("Topics and dead-letter topics, Connect and Debezium records."),
        ("kafka",),
        "sources/kafka",
        "kafka",
    ),
    Way("mqtt", "MQTT", _later("What machines and gateways publish."), ("mqtt",), "sources/mqtt", "mqtt"),
    Way("amqp", "AMQP", _later("Queues and dead letters of RabbitMQ, taken or only looked at."), ("amqp",), "sources/amqp", "amqp"),
    Way("rest", "REST", _later("Paged JSON and OData, such as documents of SAP S/4HANA."), ("rest",), "sources/rest", "rest-s4hana"),
    Way("edi", "EDI", _later("X12 and EDIFACT with partners, and the receipts of both."), ("edi",), "sources/edi", "edi"),
    Way("idoc", "IDoc", _later("IDocs of SAP with their status history."), ("idoc",), "sources/idoc", "idoc"),
    Way("b2mml", "B2MML", _later("Messages between business and plant."), ("b2mml",), "sources/b2mml", "b2mml"),
    Way(
        "cloudevents",
        "CloudEvents",
        _later("CloudEvents 1.0, in files and over HTTP."),
        (SENT_EVENTS,),
        "sources/cloudevents",
        "cloudevents",
    ),
    Way(
        "schedule",
        _later("Schedule"),
        _later("Whether the night's files are there in time."),
        ("schedule",),
        "sources/schedule",
        "schedule",
    ),
)


def way(name: str | None) -> Way | None:
    return next((each for each in WAYS if each.name == name), None)


def watched(settings: Settings, chosen: Way) -> list[str]:
    """The names of the sources whose records are waited for: what is received has its kind's name, the others that of the configuration."""
    named = [source.name for source in settings.sources if source.kind in chosen.kinds]
    received = [kind for kind in chosen.kinds if kind in (RECEIVED, SENT_EVENTS)]
    return list(dict.fromkeys([*received, *named]))


def missing_package(chosen: Way) -> str | None:
    """What has to be installed first, as pip takes it."""
    packages = [package for kind in chosen.kinds if (package := SOURCES[kind].package)]
    absent = next((package for package in packages if find_spec(package.module.partition(".")[0]) is None), None)
    return f"syncline[{absent.extra}]" if absent else None


@cache
def example(folder: str) -> str:
    """The section `sources` of an example, with its first entry only."""
    lines = (EXAMPLES / folder / "syncline.yaml").read_text(encoding="utf-8").splitlines()
    begin = lines.index("sources:") + 1
    entry = [lines[begin]]
    for line in lines[begin + 1 :]:
        if line.startswith("  - ") or (line and not line.startswith(" ")):
            break
        entry.append(line)
    return "\n".join(["sources:", *entry]).rstrip()


# -- where this installation listens --------------------------------------------------------------------------------------


def host_of(listening: str) -> str:
    """The host to send to: where one listens on every network, the name under which the reader came here."""
    if listening in EVERYWHERE:
        listening = (urlsplit(f"//{request.host}").hostname or "127.0.0.1") if has_request_context() else "127.0.0.1"
    return f"[{listening}]" if ":" in listening and not listening.startswith("[") else listening


def is_local(settings: Settings) -> bool:
    return settings.otlp.http_host in LOOPBACK


def http_address(settings: Settings, port: int) -> str:
    return f"http://{host_of(settings.otlp.http_host)}:{port}"


def grpc_address(settings: Settings, port: int) -> str:
    return f"http://{host_of(settings.otlp.grpc_host)}:{port}"


def exporter(address: str, protocol: str, needs_token: bool) -> str:
    """The variables that any OpenTelemetry SDK reads."""
    token = "\nexport OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer TOKEN'" if needs_token else ""
    return f"export OTEL_EXPORTER_OTLP_PROTOCOL={protocol}\nexport OTEL_EXPORTER_OTLP_ENDPOINT={address}{token}"


def collector(address: str, needs_token: bool) -> str:
    """For the Collector that others send to already."""
    token = '\n    headers: {authorization: "Bearer TOKEN"}' if needs_token else ""
    return (
        f"exporters:\n  otlphttp/syncline:\n    endpoint: {address}{token}\nservice:\n  pipelines:\n"
        "    traces: {exporters: [otlphttp/syncline]}\n    logs:   {exporters: [otlphttp/syncline]}"
    )


def command(words: str, settings: Settings) -> str:
    """A command of ours on the configuration that is served."""
    return f"syncline {words} --config {shlex.quote(str(settings.file.absolute()))}"


# -- one span that a person sends ------------------------------------------------------------------------------------------


def tried(settings: Settings) -> Workflow | None:
    """The workflow that a first span is sent for: one whose transactions can be taken back, if there is any."""
    workflows = settings.definitions.workflows
    return next((each for each in workflows if each.cancel), next(iter(workflows), None))


def one_span(settings: Settings, address: str, workflow: Workflow, event: tuple[str, str], object_id: str) -> str:
    """Sends one span over the real receiver, from any POSIX shell with curl."""
    event_type, system = event
    sites = settings.definitions.sites
    said = {"mfg.event.type": event_type, "mfg.system": system, f"mfg.object.{workflow.object}": object_id}
    said |= {"mfg.site": sites[0].name} if sites else {}
    span = {
        "traceId": "TRACE", "spanId": "SPAN", "name": event_type, "kind": 1,
        "startTimeUnixNano": "NOW", "endTimeUnixNano": "NOW", "attributes": _attributes(said),
    }  # fmt: skip
    resource = {"attributes": _attributes({"service.name": "first-try"})}
    body = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}, ensure_ascii=False)
    for sign in ("\\", "$", "`"):  # what a shell reads in such a text
        body = body.replace(sign, f"\\{sign}")
    for word, number in (("TRACE", 16), ("SPAN", 8)):
        body = body.replace(f'"{word}"', f"\"$(od -An -N{number} -tx1 /dev/urandom | tr -d ' \\n')\"")
    body = body.replace('"NOW"', '"$(date +%s)000000000"')
    token = " \\\n  -H 'Authorization: Bearer TOKEN'" if settings.otlp.token_required else ""
    return f"curl -sS {address}/v1/traces -H 'Content-Type: application/json'{token} -d @- <<END\n{body}\nEND"


def _attributes(said: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
