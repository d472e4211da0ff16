"""Forms in which a message may say something, whatever carries it. Adding one is one file here and one line in FORMATS.

A carrier (a topic, a queue, a folder, an HTTP request) makes records of messages; a format understands their bodies later.
"""

from __future__ import annotations

from typing import Any

from collectors.formats.b2mml import B2mml
from collectors.formats.cloudevents import CloudEvents
from collectors.formats.connect import Connect
from collectors.formats.debezium import Debezium
from collectors.formats.edi import Edi
from collectors.formats.form import Format
from collectors.formats.idoc import Idoc
from collectors.formats.json import Json
from collectors.formats.otlp import OtlpBody
from collectors.settings import setting
from collectors.suggest import unknown

FORMATS: dict[str, type[Format]] = {made.name: made for made in (B2mml, CloudEvents, Connect, Debezium, Edi, Idoc, Json, OtlpBody)}


def format_name(value: Any) -> list[tuple[str, str]]:
    """What is wrong with the name of a format."""
    return [] if isinstance(value, str) and value in FORMATS else [("", unknown("format", value, FORMATS))]


def check_format(data: dict[str, Any], default: str = Json.name) -> list[tuple[str, str]]:
    """Every problem of the keys `map` and `options` of a source whose `format` has a known name."""
    name = data.get("format", default)
    made = FORMATS.get(name) if isinstance(name, str) else None
    if made is None:
        return []
    problems = [(f"map.{where}" if where else "map", text) for where, text in made.check_map(data.get("map"))]
    return problems + [(f"options.{where}" if where else "options", text) for where, text in made.check_options(data.get("options"))]


def open_format(name: str, data: dict[str, Any] | None, options: dict[str, Any] | None = None) -> Format:
    """The format called `name` with the checked section `map` of a source, and its `options`."""
    return FORMATS[name](data, options or {})


def format_setting(default: str = Json.name) -> Any:
    return setting(format_name, default)
