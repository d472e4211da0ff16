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

A field takes one term or a list of them, and a term one name or a list: the first that is not empty counts. The word for a place is that of
what is read: `column` of tables, `attribute` of OTLP, `path` of JSON and XML, `segment` of EDI; `value` is a constant, `template` a text
made of several places (`"{WERKS}-{AUFNR}"`, empty when one of them is). `values` translates what was found, and what it does not list is
refused; `factor` multiplies a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collectors import instants
from collectors.event import Refused

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
IDENTIFYING = ("event_type", "event_time")  # with the objects: what makes an event of a row
TIMES = ("event_time", "due_time", "promised_time", "snapshot_time")
NUMBERS = ("quantity", "ordered_quantity", "value")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)  # Python's own reading allows 1_000 and digits of any script
PLACE = re.compile(r"\{([^{}]+)\}")  # in a template
LONGEST = 100  # digits that are written out
HEX = {"trace_id": re.compile("[0-9a-f]{32}"), "span_id": re.compile("[0-9a-f]{16}")}
Lookup = Callable[[str], Any]


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
        self._template = data.get("template")
        self.parts_named = PLACE.findall(self._template) if self._template else []
        self.names = as_list(data[word]) if word in data else []
        self._values = {_key(k): v for k, v in data["values"].items()} if "values" in data else None
        self._zone = ZoneInfo(data["time_zone"]) if "time_zone" in data else None
        self._format, self._decimal, self._split = data.get("format"), data.get("decimal", "."), data.get("split")
        self._factor = Decimal(str(data["factor"])) if "factor" in data else None

    @property
    def places(self) -> list[str]:
        return [*self.names, *self.parts_named]

    def is_there(self, has: Callable[[str], bool]) -> bool:
        """Whether it can say anything of a row."""
        return self._constant is not None or any(map(has, self.names)) or (bool(self.parts_named) and all(map(has, self.parts_named)))

    def find(self, lookup: Lookup) -> Found | None:
        """What the term gives for one row or span; None when it is empty there. Raises Refused."""
        for name in self.names:
            value = lookup(name)
            if _says_something(value):
                return self._translated(Found(value, f"{self._word} {name}"))
        if self._template and (text := self._filled(lookup)):
            return self._translated(Found(text, f"the template {self._template!r}"))
        return Found(self._constant, f"the constant {self._constant!r}") if self._constant is not None else None

    def _filled(self, lookup: Lookup) -> str | None:
        """The template with what stands at its places; None when one of them is empty."""
        values = {name: lookup(name) for name in self.parts_named}
        if not all(_says_something(value) for value in values.values()):
            return None
        return PLACE.sub(lambda place: str(values[place[1]]).strip(), self._template or "")

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
        """The number a found value stands for, with a point before its decimals. Raises Refused."""
        if found.value.__class__ is not str:
            return self._scaled(found.value)
        text, hint = found.value, ""
        if self._decimal == ",":
            whole, comma, decimals = text.partition(",")
            text = whole.replace(".", "").replace(" ", "") + comma.replace(",", ".") + decimals
        elif "," in text:
            hint = '; is the comma before its decimals? Then write `decimal: ","`'
        if NUMBER.fullmatch(text.strip()):
            return self._scaled(text)
        raise Refused(f"{found.origin}: {found.value[:80]!r} is no number{hint}")

    def _scaled(self, number: Any) -> Any:
        """A number times the factor, exactly; what is no number is left for who reads it."""
        if self._factor is None or number.__class__ not in (str, int, float):
            return number
        try:
            scaled = Decimal(str(number)) * self._factor
        except ArithmeticError:  # NaN, infinities, a hundred digits of exponent: refused where it is read, with its name
            return number
        return format(scaled, "f") if abs(scaled.adjusted()) < LONGEST else str(scaled)  # 1E+999999 stays so short

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

    def __init__(self, data: dict[str, Any], word: str) -> None:
        self.word = word
        self.fields = [Field(name, FIELDS.get(name, name), _terms(term, word)) for name, term in data.items() if name != "objects"]
        self.objects = [_Object(_terms(o["type"], word), _terms(o["id"], word)) for o in as_list(data.get("objects") or [])]

    def absent_columns(self, header: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Fields none of whose columns the header has, and these columns: such a field would stay empty without a word."""
        for field, terms in [*((f.name, f.terms) for f in self.fields), *(("objects", o.kind + o.ids) for o in self.objects)]:
            for term in terms:
                if term.names and not set(term.names) & set(header):
                    yield field, " or ".join(term.names)
                yield from ((field, name) for name in term.parts_named if name not in header)

    def lost(self, has: Callable[[str], bool]) -> str:
        """What says which event it is, when, or of what, and has none of its columns left; empty when all have one. A row without them is
        not the row that the mapping was written for, which is another thing than a row where they are empty."""
        needed = [(field.name, field.terms) for field in self.fields if field.name in IDENTIFYING]
        needed += [("objects", [term for spec in self.objects for term in spec.ids])] if self.objects else []
        gone = [(name, terms) for name, terms in needed if not any(term.is_there(has) for term in terms)]
        return ", ".join(f"{' or '.join(place for term in terms for place in term.places)} (for {name})" for name, terms in gone)

    def empty_or_refused(self, has: Callable[[str], bool]) -> str:
        """What becomes of rows that have not every column, as a sentence."""
        if lost := self.lost(has):
            return f"Without {lost} a row is no event: such rows are rejected and kept; correct `map`, then `syncline retry` reads them."
        return "These fields stay empty."

    def columns(self) -> list[str]:
        """Every column the mapping names."""
        terms = [*(t for f in self.fields for t in f.terms), *(t for o in self.objects for t in o.kind + o.ids)]
        return list(dict.fromkeys(name for term in terms for name in (*term.names, *term.parts_named)))

    def _name_objects(self, lookup: Lookup, attributes: dict[str, Any], origins: dict[str, str], only_readable: bool = False) -> None:
        named: dict[str, list[Any]] = {}
        for spec in self.objects:
            found = _find(spec, lookup, only_readable)
            if found and f"mfg.object.{found[0]}" not in attributes:
                named.setdefault(found[0], []).extend(found[1])
                origins[f"object {found[0]}"] = found[2]
        attributes.update((f"mfg.object.{kind}", ids) for kind, ids in named.items())


class RowMapping(_Mapping):
    """Reads the rows of a table, or whatever else is looked up by name: the whole says what one event is."""

    def __init__(self, data: dict[str, Any], word: str = "column") -> None:
        super().__init__(data, word)

    def apply(self, lookup: Lookup, only_readable: bool = False) -> Mapped:
        """What `lookup` finds, under its standard names. Raises Refused; with `only_readable` fields that cannot be read stay empty."""
        attributes: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for field in self.fields:
            found = _find(field, lookup, only_readable)
            if found:
                attributes[field.attribute], origins[field.name] = found
        self._name_objects(lookup, attributes, origins, only_readable)
        is_error = _is_error(attributes.pop("outcome", "ok"))
        trace_id, span_id = _hex(attributes, "trace_id"), _hex(attributes, "span_id")
        return Mapped(attributes, is_error, trace_id, trace_id + span_id if trace_id and span_id else None, origins)


class AttributeMapping(_Mapping):
    """Adds to what has attributes of its own (spans, log records, documents understood already) the standard ones it lacks."""

    def __init__(self, data: dict[str, Any], word: str = "attribute") -> None:
        super().__init__(data, word)

    def extend(self, attributes: dict[str, Any], lookup: Lookup | None = None) -> dict[str, Any]:
        """The attributes, and beside them the standard ones the mapping finds; a standard one that is there stays. Raises Refused.

        Looked up among the attributes themselves, or where `lookup` says.
        """
        return self.explained(attributes, lookup)[0]

    def explained(self, attributes: dict[str, Any], lookup: Lookup | None = None) -> tuple[dict[str, Any], dict[str, str]]:
        """The same, with which part of the mapping gave each field."""
        extended, origins = dict(attributes), dict[str, str]()
        lookup = lookup or attributes.get
        for field in self.fields:
            if field.attribute not in attributes:
                found = field.find(lookup)
                if found:
                    extended[field.attribute], origins[field.name] = found
        self._name_objects(lookup, extended, origins)
        return extended, origins


def _find(place: Any, lookup: Lookup, only_readable: bool) -> Any:
    try:
        return place.find(lookup)
    except Refused:
        if only_readable:
            return None
        raise


def _terms(data: Any, word: str) -> list[Term]:
    return [Term(term, word) for term in as_list(data)]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _says_something(value: Any) -> bool:
    """A text of nothing but spaces is an empty one: exports of fixed width are full of them."""
    return value is not None and value != "" and not (value.__class__ is str and value.isspace())


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
