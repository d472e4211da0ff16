"""A mapping to begin with, guessed from the names and values of a record's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?|1\d{9}(\d{3}){0,3}")
NAMED_TYPE = re.compile(r"(^|[._ -])(event_?type|type|event|action|activity|status|state|kind|step|msg_?type)$", re.IGNORECASE)
NAMED_TIME = re.compile(r"(time|timestamp|date|(^|[._ -])(at|ts|when))$", re.IGNORECASE)
NAMED_ID = re.compile(r"(order|delivery|batch|lot|shipment|aufnr|vbeln|ebeln|matnr|ref|_id|_no|number)", re.IGNORECASE)
OBJECTS = {"purchase": "purchase_order", "ebeln": "purchase_order", "po": "purchase_order", "sales": "sales_order", "delivery": "delivery",
           "vbeln": "delivery", "batch": "batch", "lot": "batch", "shipment": "shipment"}  # fmt: skip
WHOLE = re.compile(r"""^\[['"](.*)['"]\]$""")  # how a path names a field with dots in its name; a column is named as it is
BRACKETS = re.compile(r"[\[\]'\"]+")
UNKNOWN = "WHERE_IT_STANDS"
OF_COLUMNS = ("csv", "database", "parquet")  # kinds and formats whose places are columns; those of others are paths
# What begins so says how a message travelled or why it failed, not what happened.
TECHNICAL = ("messaging.", "net.", "network.", "server.", "client.", "http.", "url.", "rpc.", "error.", "exception.", "mfg.")


def place_word(kind: str, form: str) -> str:
    """How a source of that kind and format calls the place of a field."""
    return "column" if kind in OF_COLUMNS or form in OF_COLUMNS else "path"


def attribute_mapping(source: str, attributes: Iterable[str], destination: str | None, system: str | None) -> str:
    """YAML that makes events of spans or log records with these attributes."""
    own = next((name for name in attributes if not name.startswith(TECHNICAL)), None)
    named = own or ("messaging.destination.name" if destination else "ATTRIBUTE")
    return (
        f"sources:\n  - name: {source}\n    kind: otlp\n    map:\n"
        f"      event_type:\n        attribute: {named}\n        values: {{WHAT_IT_SAYS: order.released}}\n"
        f"      system: {{value: {system or 'erp'}}}\n"
        f"      objects:\n        type: {{value: production_order}}\n        id: {{attribute: ATTRIBUTE}}"
    )


def proposed_mapping(source: str, kind: str, word: str, fields: Mapping[str, str], is_told: bool = True) -> str:
    """YAML for the source; what no field looks like is left as WHERE_IT_STANDS. `word` is how places are called there: column or path;
    no value of a field is in it unless `is_told`."""
    if word == "column":
        fields = {WHOLE.sub(r"\1", name): value for name, value in fields.items()}
    times = {name: value for name, value in fields.items() if TIME.fullmatch(value)}
    when = _first(times, NAMED_TIME) or next(iter(times), None) or _first(fields, NAMED_TIME)
    what = _first({name: value for name, value in fields.items() if name != when}, NAMED_TYPE)
    left = {name: value for name, value in fields.items() if name not in (when, what) and value not in ("", "None")}
    about = _first(left, NAMED_ID)
    said = fields.get(what or "", "") if is_told else ""
    return "\n".join(
        [
            "sources:",
            f"  - name: {_scalar(source)}",
            f"    kind: {kind}",
            "    map:",
            "      event_type:",
            f"        {word}: {_scalar(what or UNKNOWN)}",
            f"        values: {{{_scalar(said or 'WHAT_IT_SAYS')}: order.released}}",
            f"      event_time: {{{word}: {_scalar(when or UNKNOWN)}}}",
            "      system: {value: erp}",
            "      objects:",
            f"        type: {{value: {_object_of(about or '')}}}",
            f"        id: {{{word}: {_scalar(about or UNKNOWN)}}}",
        ]
    )


def _first(fields: Mapping[str, str], pattern: re.Pattern[str]) -> str | None:
    """The first field whose name, without the brackets of a path, fits."""
    return next((name for name in fields if pattern.search(BRACKETS.sub(".", name).strip("."))), None)


def _object_of(name: str) -> str:
    words = re.split(r"[^a-z]+", name.lower())
    return next((kind for word, kind in OBJECTS.items() if word in words), "production_order")


def _scalar(text: str) -> str:
    """A text as YAML reads it back."""
    return (
        text
        if re.fullmatch(r"[A-Za-z_][\w.]*", text) and text.lower() not in ("null", "true", "false", "yes", "no", "on", "off")
        else quoted(text)
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"
