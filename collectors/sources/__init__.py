"""All kinds of sources. Adding one is one file here and one line in SOURCES."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from collectors.collector import Collector
from collectors.settings import check_settings
from collectors.sources.amqp import Amqp
from collectors.sources.b2mml import B2mmlFiles
from collectors.sources.cloudevents import CloudEventsSource
from collectors.sources.csv import Csv
from collectors.sources.database import Database
from collectors.sources.edi import EdiFiles
from collectors.sources.files import Files
from collectors.sources.idoc import IdocFiles
from collectors.sources.inventory_csv import InventoryCsv
from collectors.sources.kafka import Kafka
from collectors.sources.mqtt import Mqtt
from collectors.sources.otlp import Otlp
from collectors.sources.otlp_file import OtlpFile
from collectors.sources.rest import Rest
from collectors.sources.schedule import Schedule
from collectors.suggest import unknown

SOURCES: dict[str, Any] = {
    source.kind: source
    for source in (
        Amqp,
        B2mmlFiles,
        CloudEventsSource,
        Csv,
        Database,
        EdiFiles,
        Files,
        IdocFiles,
        InventoryCsv,
        Kafka,
        Mqtt,
        Otlp,
        OtlpFile,
        Rest,
        Schedule,
    )
}
COMMON = ("name", "kind", "complete", "allowed_lateness", "silent_after", "every")  # keys of every source; not the source's business


def check_source(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Every problem of one entry of the section `sources`, except in the COMMON keys, as (path inside it, sentence)."""
    kind = data.get("kind")
    if kind is None:
        return [("kind", f"is missing; known: {', '.join(SOURCES)}")]
    if not isinstance(kind, str) or kind not in SOURCES:
        return [("kind", unknown("source", kind, SOURCES))]
    package = SOURCES[kind].package
    absent = []
    if package and find_spec(package.module) is None:
        absent = [("kind", f"the kind {kind} needs a package that is not installed here: pip install 'syncline[{package.extra}]'")]
    return absent + check_settings(SOURCES[kind].Settings, data, COMMON)


def open_source(data: dict[str, Any], folder: Path) -> Collector:
    """The source that one checked entry of the section `sources` describes; its paths are relative to `folder`."""
    made = SOURCES[data["kind"]]
    own = {key: value for key, value in data.items() if key not in COMMON}
    source: Collector = made(data["name"], folder, made.Settings(**own))
    return source
