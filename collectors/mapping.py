"""The mapping: where the fields of an event stand in somebody else's columns or attributes.

    map:
      event_type: {column: ACTION, values: {GR: goods.received, GI: goods_issue.posted}}
      event_time: {column: [CHANGED_AT, CREATED_AT], time_zone: Europe/Berlin, format: "%d.%m.%Y %H:%M:%S"}
      system: {value: wms}
      quantity: {column: QTY, decimal: ","}
      item: [{column: MATNR}, {value: unknown}]
      objects:
        - {type: {value: purchase_order}, id: {column: PO_NO}}
        - {type: {column: REF_TYPE}, id: {column: REF_NO, split: ","}}

A field takes one term or a list of them, and a term one name or a list: the first that is not empty counts. `column` is for tables,
`attribute` for OTLP, `value` a constant; `values` translates what was found, and what it does not list is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collectors import instants
from collectors.event import Refused
from collectors.suggest import unknown

FIELDS = {  # field of the vocabulary → the attribute that carries it in OpenTelemetry
    "event_type": "mfg.event.type",
    "event_time": "mfg.event.time",
    "system": "mfg.system",
    "system_name": "mfg.system.name",
    "site": "mfg.site",
    "item": "mfg.item",
    "location": "mfg.location",
    "batch": "mfg.batch",
    "stock_status": "mfg.stock_status",
    "quantity": "mfg.quantity",
    "uom": "mfg.uom",
    "ordered_quantity": "mfg.ordered_quantity",
    "value": "mfg.value",
    "currency": "mfg.currency",
    "due_time": "mfg.due_time",
    "promised_time": "mfg.promised_time",
    "partner": "mfg.partner",
    "customer": "mfg.customer",
    "work_center": "mfg.work_center",
    "schema_version": "mfg.schema.version",
    "payload_ref": "mfg.payload.ref",
    "payload_digest": "mfg.payload.digest",
    "attempt": "mfg.attempt",
    "dead_letter": "mfg.dead_letter",
    "idempotency_key": "mfg.idempotency_key",
    "recovery_id": "mfg.recovery.id",
    "error_code": "mfg.error.code",
    "http_status": "http.response.status_code",
    "error_type": "error.type",
    "error_text": "exception.message",
    "message_id": "messaging.message.id",
    "conversation_id": "messaging.message.conversation_id",
}
ROW_ONLY = ("outcome", "trace_id", "span_id")  # OTLP says these itself
TIMES = ("event_time", "due_time", "promised_time", "snapshot_time")
NUMBERS = ("quantity", "ordered_quantity", "value")
OPTIONS = {
    "values": "any field",
    "time_zone": "times, such as event_time",
    "format": "times, such as event_time",
    "decimal": "numbers: quantity, ordered_quantity, value",
    "split": "the ids of objects",
}
HEX = {"trace_id": re.compile("[0-9a-f]{32}"), "span_id": re.compile("[0-9a-f]{16}")}
Lookup = Callable[[str], Any]
Problems = Iterator[tuple[str, str]]


class Found(NamedTuple):
    value: Any
    origin: str  # as a person would say it: column MATNR, the constant 'wms'


class Mapped(NamedTuple):
    """A row under its standard attribute names."""

    attributes: dict[str, Any]
    is_error: bool
    trace_id: str | None
    span_id: str | None  # trace id + span id
    origins: dict[str, str]  # field → which part of the mapping gave it


class Term:
    """One place where a field may stand, and how it is written there."""

    def __init__(self, data: dict[str, Any], word: str) -> None:
        self._word, self._constant = word, data.get("value")
        self.names = _as_list(data[word]) if word in data else []
        self._values = {_key(k): v for k, v in data["values"].items()} if "values" in data else None
        self._zone = ZoneInfo(data["time_zone"]) if "time_zone" in data else None
        self._format, self._decimal, self._split = data.get("format"), data.get("decimal", "."), data.get("split")

    def find(self, lookup: Lookup) -> Found | None:
        """What the term gives for one row or span; None when it is empty there. Raises Refused."""
        for name in self.names:
            value = lookup(name)
            if value is not None and value != "":
                return self._translated(Found(value, f"{self._word} {name}"))
        return Found(self._constant, f"the constant {self._constant!r}") if self._constant is not None else None

    def time(self, found: Found) -> int:
        """The instant a found value stands for."""
        value, text = found.value, str(found.value)
        try:
            if self._format and value.__class__ in (str, int):
                return instants.of_format(text, self._format, self._zone)
            return instants.of_text(value, self._zone) if value.__class__ is str else instants.of_value(value, found.origin)
        except Refused as error:
            raise Refused(f"{found.origin}: {error}") from error

    def number(self, found: Found) -> Any:
        """The number a found value stands for, with a point before its decimals."""
        if self._decimal != "," or found.value.__class__ is not str:
            return found.value
        return found.value.replace(".", "").replace(" ", "").replace(",", ".")

    def parts(self, found: Found) -> list[Any]:
        """The ids a found value holds."""
        if self._split and found.value.__class__ is str:
            return [part.strip() for part in found.value.split(self._split) if part.strip()]
        return found.value if found.value.__class__ is list else [found.value]

    def _translated(self, found: Found) -> Found | None:
        if self._values is None:
            return found
        key = _key(found.value)
        if key not in self._values:
            raise Refused(f"{found.origin}: {key!r} is not among the values of the mapping; allowed: {', '.join(self._values)}")
        value = self._values[key]
        return None if value is None or value == "" else Found(value, found.origin)


class Field(NamedTuple):
    name: str
    attribute: str
    terms: list[Term]

    def find(self, lookup: Lookup) -> Found | None:
        """The value as the event's reader takes it (times as nanoseconds), and where it stood. Raises Refused."""
        for term in self.terms:
            found = term.find(lookup)
            if found:
                if self.name in TIMES:
                    return Found(term.time(found), found.origin)
                return Found(term.number(found), found.origin) if self.name in NUMBERS else found
        return None


class _Object(NamedTuple):
    kind: list[Term]
    ids: list[Term]

    def find(self, lookup: Lookup) -> tuple[str, list[Any], str] | None:
        for term in self.ids:
            found = term.find(lookup)
            if found:
                kind = next((k for t in self.kind if (k := t.find(lookup))), None)
                if kind is None:
                    raise Refused(f"{found.origin}: the id {found.value!r} has no object type beside it")
                return str(kind.value), term.parts(found), found.origin
        return None


class _Mapping:
    """A checked `map` section, ready to be asked."""

    word = ""

    def __init__(self, data: dict[str, Any]) -> None:
        self.fields = [Field(name, FIELDS.get(name, name), _terms(term, self.word)) for name, term in data.items() if name != "objects"]
        self.objects = [_Object(_terms(o["type"], self.word), _terms(o["id"], self.word)) for o in _as_list(data.get("objects") or [])]

    def absent_columns(self, header: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Fields none of whose columns the header has, and these columns: such a field would stay empty without a word."""
        for field, terms in [*((f.name, f.terms) for f in self.fields), *(("objects", o.kind + o.ids) for o in self.objects)]:
            for term in terms:
                if term.names and not set(term.names) & set(header):
                    yield field, " or ".join(term.names)

    def _name_objects(self, lookup: Lookup, attributes: dict[str, Any], origins: dict[str, str]) -> None:
        named: dict[str, list[Any]] = {}
        for spec in self.objects:
            found = spec.find(lookup)
            if found and f"mfg.object.{found[0]}" not in attributes:
                named.setdefault(found[0], []).extend(found[1])
                origins[f"object {found[0]}"] = found[2]
        attributes.update((f"mfg.object.{kind}", ids) for kind, ids in named.items())


class RowMapping(_Mapping):
    """Reads the rows of a table."""

    word = "column"

    def apply(self, row: dict[str, str]) -> Mapped:
        """The row under its standard names. Raises Refused."""
        attributes: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for field in self.fields:
            found = field.find(row.get)
            if found:
                attributes[field.attribute], origins[field.name] = found
        self._name_objects(row.get, attributes, origins)
        is_error = _is_error(attributes.pop("outcome", "ok"))
        trace_id, span_id = _hex(attributes, "trace_id"), _hex(attributes, "span_id")
        return Mapped(attributes, is_error, trace_id, trace_id + span_id if trace_id and span_id else None, origins)


class AttributeMapping(_Mapping):
    """Reads the attributes of spans and log records that do not use the standard names."""

    word = "attribute"

    def extend(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes, and beside them the standard ones the mapping finds; a standard one that is there stays. Raises Refused."""
        return self.explained(attributes)[0]

    def explained(self, attributes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The same, with which part of the mapping gave each field."""
        extended, origins = dict(attributes), {}
        for field in self.fields:
            if field.attribute not in attributes:
                found = field.find(attributes.get)
                if found:
                    extended[field.attribute], origins[field.name] = found
        self._name_objects(attributes.get, extended, origins)
        return extended, origins


# -- checking
def check_mapping(data: Any, word: str = "column") -> list[tuple[str, str]]:
    """Every problem of a `map` section as (path inside it, sentence); `word` is column for tables, attribute for OTLP."""
    if word == "attribute":
        return check_fields(data, word, [*FIELDS, "objects"], ())
    return check_fields(data, word, [*FIELDS, *ROW_ONLY, "objects"], ("event_type", "event_time"))


def check_fields(data: Any, word: str, known: Sequence[str], required: Sequence[str]) -> list[tuple[str, str]]:
    """The same for any set of fields."""
    return list(_check(data, word, known, required))


def _check(data: Any, word: str, known: Sequence[str], required: Sequence[str]) -> Problems:
    if not isinstance(data, dict):
        yield "", f"must be a mapping of fields (found {data!r}), as in `{known[0]}: {{{word}: NAME}}`"
        return
    for name, term in data.items():
        if name not in known:
            yield str(name), unknown("field", name, known)
        elif name == "objects":
            yield from _check_objects(term, word)
        else:
            yield from _check_terms(term, word, name, name)
    yield from ((name, "must be mapped: a row says nothing without it") for name in required if name not in data)


def _check_objects(data: Any, word: str) -> Problems:
    for i, spec in enumerate(_as_list(data)):
        path = f"objects[{i}]" if isinstance(data, list) else "objects"
        if not isinstance(spec, dict):
            yield path, f"must be `{{type: …, id: …}}` or a list of such (found {spec!r})"
            continue
        yield from ((f"{path}.{key}", unknown("key", key, ("type", "id"))) for key in spec if key not in ("type", "id"))
        for key in ("type", "id"):
            if key not in spec:
                yield f"{path}.{key}", "is missing; an object has a type and an id"
            else:
                yield from _check_terms(spec[key], word, f"{path}.{key}", key)


def _check_terms(data: Any, word: str, path: str, field: str) -> Problems:
    if data == []:
        yield path, "is an empty list; name at least one place"
    for i, term in enumerate(_as_list(data)):
        yield from _check_term(term, word, f"{path}[{i}]" if isinstance(data, list) else path, field)


def _check_term(term: Any, word: str, path: str, field: str) -> Problems:
    if not isinstance(term, dict):
        yield path, f"must be `{{{word}: NAME}}` or `{{value: CONSTANT}}` (found {term!r})"
        return
    known = (word, "value", *OPTIONS)
    yield from ((f"{path}.{key}", unknown("key", key, known)) for key in term if key not in known)
    if word not in term and "value" not in term:
        yield path, f"says neither {word} nor value"
    if word in term and not all(isinstance(n, str) and n for n in _as_list(term[word]) or [None]):
        yield f"{path}.{word}", f"must be a name or a list of names (found {term[word]!r})"
    if "value" in term and (term["value"] is None or isinstance(term["value"], list | dict)):
        yield f"{path}.value", f"must be one constant (found {term['value']!r})"
    yield from _check_options(term, path, field)


def _check_options(term: dict[str, Any], path: str, field: str) -> Problems:
    if "values" in term and (not isinstance(term["values"], dict) or not term["values"]):
        yield f"{path}.values", f"must map what is found to what it means (found {term['values']!r}), as in `{{OK: ok, NOK: error}}`"
    elif "values" in term and field == "outcome":
        wrong = [v for v in term["values"].values() if v not in ("ok", "error")]
        if wrong:
            yield f"{path}.values", f"an outcome is ok or error (found {wrong[0]!r})"
    for key, fields in (("time_zone", TIMES), ("format", TIMES), ("decimal", NUMBERS), ("split", ("id",))):
        if key in term and field not in fields:
            yield f"{path}.{key}", f"is only for {OPTIONS[key]}"
        elif key in term and (problem := OPTION_CHECKS[key](term[key])):
            yield f"{path}.{key}", problem


def _check_zone(value: Any) -> str | None:
    try:
        ZoneInfo(value)
        return None
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError, AttributeError):
        return f"no time zone is called {value!r}; allowed are names such as Europe/Berlin or UTC"


OPTION_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "time_zone": _check_zone,
    "format": lambda v: (
        None
        if v in instants.EPOCHS or (isinstance(v, str) and "%" in v)
        else f'must be letters of strptime, as in "%d.%m.%Y %H:%M", or one of {", ".join(instants.EPOCHS)} (found {v!r})'
    ),
    "decimal": lambda v: None if v in (".", ",") else f'must be "." or "," (found {v!r})',
    "split": lambda v: None if isinstance(v, str) and v else f"must be the text between two ids (found {v!r})",
}


def _terms(data: Any, word: str) -> list[Term]:
    return [Term(term, word) for term in _as_list(data)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _key(value: Any) -> str:
    return str(value).lower() if value.__class__ is bool else str(value)


def _is_error(outcome: Any) -> bool:
    if outcome in ("ok", "error"):
        return bool(outcome == "error")
    raise Refused(f"outcome: must be ok or error (found {outcome!r}); translate it with `values`")


def _hex(attributes: dict[str, Any], name: str) -> str | None:
    value = attributes.pop(name, None)
    if value is None:
        return None
    text = str(value).lower()
    if HEX[name].fullmatch(text) and text.strip("0"):
        return text
    raise Refused(f"{name}: must be {32 if name == 'trace_id' else 16} hex digits, not all zero (found {value!r})")
