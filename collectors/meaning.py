"""What attributes mean: section 3 of the vocabulary, attribute by attribute, to one event.

One reading for every source: a mapping only gives things their standard attribute names first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, NamedTuple

import orjson

from collectors import instants
from collectors.classify import ErrorRules
from collectors.event import Event, Refused
from collectors.identifiers import Identifiers
from collectors.mapping import NUMBER

OBJECT = "mfg.object."
TEXTS = (   # in the order of the table events, as far as that goes
    "mfg.system", "mfg.system.name", "mfg.site", "mfg.idempotency_key", "mfg.item", "mfg.location", "mfg.batch", "mfg.stock_status",
    "mfg.partner", "mfg.customer", "mfg.work_center", "mfg.schema.version", "mfg.payload.ref", "mfg.payload.digest", "mfg.recovery.id",
    "mfg.uom", "mfg.currency",
)  # fmt: skip
ITEM, PARTNER, UOM = TEXTS.index("mfg.item"), TEXTS.index("mfg.partner"), TEXTS.index("mfg.uom")
PLAIN = frozenset((str, type(None)))
BY_FIELD = "partner"  # its id stands in a field, mfg.partner, and is made canonical like those of objects
MESSAGE_ID = ("messaging.message.id", "messaging.message_id")  # name, older name
CONVERSATION_ID = ("messaging.message.conversation_id", "messaging.conversation_id")
STEP = Decimal("0.000001")
LIMIT = Decimal(10) ** 12  # DECIMAL(18, 6) holds twelve digits before the point
LAST_ATTEMPT = 2**31 - 1
WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
Get = Callable[[str], Any]
Objects = tuple[tuple[str, str], ...]


class Origin(NamedTuple):
    """Who an event is and where it comes from; the first fields of Event."""

    event_id: str
    identity: str
    id_hash: int
    source: str
    position: str
    recorded_ns: int


class Failing(NamedTuple):
    """Whether something failed, and the reason as far as it is told outside the attributes."""

    is_error: bool
    error_type: str | None = None
    text: str | None = None


class Place(NamedTuple):
    """What holds for a span or log record unless it says otherwise itself: its resource."""

    system: str | None = None
    system_name: str | None = None
    site: str | None = None


FINE = Failing(False)
NOWHERE = Place()


class Meaning:
    """Reads attributes with the ids and error rules of one configuration."""

    def __init__(self, identifiers: Identifiers, rules: ErrorRules) -> None:
        self.identifiers, self.rules = identifiers, rules

    def event(
        self,
        origin: Origin,
        kind: Any,
        attributes: dict[str, Any],
        failing: Failing,
        default_ns: int | None,
        place: Place = NOWHERE,
        trace_id: str | None = None,
        span_id: str | None = None,
    ) -> Event:
        """The event that `attributes` tell. Raises Refused for the first value that is not what its name promises."""
        get = attributes.get
        if kind.__class__ is not str:
            raise Refused(f"mfg.event.type: must be a text (found {kind!r})")
        said = _texts(get)
        system, system_name, site, key, *_ = said
        uom, currency = said[UOM:]
        ordered, worth = quantity_of(get("mfg.ordered_quantity"), "mfg.ordered_quantity"), quantity_of(get("mfg.value"), "mfg.value")
        when = (_event_time(get("mfg.event.time"), default_ns), kind)
        where = (system or place.system, system_name or place.system_name, site or place.site)
        delivery = (failing.is_error, _attempt(get("mfg.attempt")), _truth(get("mfg.dead_letter"), "mfg.dead_letter"), key)
        goods = (*said[ITEM:PARTNER], quantity_of(get("mfg.quantity"), "mfg.quantity"), uom, ordered, worth, currency)
        until = (_time(get("mfg.due_time"), "mfg.due_time"), _time(get("mfg.promised_time"), "mfg.promised_time"))
        carrier = (trace_id, span_id, text(get, *MESSAGE_ID), text(get, *CONVERSATION_ID))
        named = self.objects(attributes, place)
        reason = self._error(get, failing)
        others = tuple(said[PARTNER:UOM])
        if others[0] and others[0].strip() and self.identifiers.has_rule_for(BY_FIELD):
            others = (self.identifiers.canonical(BY_FIELD, others[0], _field(get, place)), *others[1:])
        return Event._make((*origin, *when, *where, *delivery, *reason, *goods, *until, *others, *carrier, named))

    def _error(self, get: Get, failing: Failing) -> tuple[str | None, ...]:
        """Class, code, type and text of what failed."""
        if not failing.is_error:
            return None, None, None, None
        code, kind, said = error_code(get), _as_said(failing.error_type), _as_said(failing.text)
        return self.rules.class_of(code, kind, said), code, kind, said

    def objects(self, attributes: dict[str, Any], place: Place) -> Objects:
        """The objects that `attributes` name, each once, in their order. Raises Refused."""
        found: list[tuple[str, str]] = []
        for key, value in attributes.items():
            if key.startswith(OBJECT):
                found += self._ids(key, value, attributes, place)
        return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))

    def usable_objects(self, attributes: dict[str, Any], place: Place) -> Objects:
        """Those among them that can be used, where something was refused: the span still names them."""
        return tuple(dict.fromkeys(self._each_usable(attributes, place)))

    def _each_usable(self, attributes: dict[str, Any], place: Place) -> Iterator[tuple[str, str]]:
        for key, value in attributes.items():
            if key.startswith(OBJECT):
                try:
                    yield from self._ids(key, value, attributes, place)
                except Refused:
                    continue  # told in the rejected row already

    def _ids(self, key: str, value: Any, attributes: dict[str, Any], place: Place) -> list[tuple[str, str]]:
        kind, canonical, field = key[11:], self.identifiers.canonical, _field(attributes.get, place)
        if not kind:
            raise Refused(f"{OBJECT}: an object has a type, as in mfg.object.purchase_order (found {_shown(value)})")
        values = value if value.__class__ is list else (value,)
        return [(kind, canonical(kind, each if each.__class__ is str else _id_text(each, key), field)) for each in values]


def _field(get: Get, place: Place) -> Callable[[str], str | None]:
    """What an id may be made of besides itself."""

    def field(name: str) -> str | None:
        return text(get, "mfg.system.name" if name == "system_name" else f"mfg.{name}") or getattr(place, name, None)

    return field


def text(get: Get, name: str, older: str = "") -> str | None:
    """A text that may be absent or of any type; under its name, else under its older one."""
    value = get(name)
    if value is None and older:
        value = get(older)
    if value is None or value.__class__ is str:
        return value or None
    return str(value) if value.__class__ is int else None


def error_code(get: Get) -> str | None:
    """The sender's own code, else the HTTP status; a bare number from anywhere else is no HTTP status."""
    code = _text_or_refused(get("mfg.error.code"), "mfg.error.code")
    if code:
        return code
    status = get("http.response.status_code") or get("http.status_code")
    if status.__class__ is float and status.is_integer():  # some clients have no other numbers
        status = int(status)
    return f"http:{status}" if status.__class__ in (int, str) and status else None


def _as_said(value: Any) -> str | None:
    """The type or text of an error as text, whatever a mapping found there: an object with a code and a message says more than nothing."""
    if value is None or value.__class__ is str:
        return value or None
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # it reads 1,024 levels and writes 254
        return "(nested too deeply to be shown)"


def quantity_of(value: Any, name: str) -> str | None:
    """A number as decimal text with at most six places. Raises Refused for what DECIMAL(18, 6) cannot hold."""
    if value is None or value == "":
        return None
    if value.__class__ is int and -(10**12) < value < 10**12:
        return str(value)
    number = _decimal(value)
    if not number.is_finite():
        raise Refused(f"{name}: must be a finite number (found {_shown(value)})")
    if number.copy_abs() >= LIMIT or (number := number.quantize(STEP, ROUND_HALF_EVEN)).copy_abs() >= LIMIT:
        raise Refused(f"{name}: must be less than a million million; six decimal places are kept (found {_shown(value)})")
    return f"{number:f}"


def _decimal(value: Any) -> Decimal:
    if value.__class__ not in (int, float, str):
        return Decimal("NaN")
    if value.__class__ is str and not NUMBER.fullmatch(value.strip()):
        return Decimal("NaN")
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")


def _texts(get: Get) -> list[str | None]:
    """The texts of an event. Looked at together first: nearly always all of them are texts or absent."""
    texts = [get(key) for key in TEXTS]
    if "" in texts or not PLAIN.issuperset(map(type, texts)):
        return [_text_or_refused(value, key) for value, key in zip(texts, TEXTS, strict=True)]
    return texts


def _text_or_refused(value: Any, name: str) -> str | None:
    """`value` as text: whole numbers are what they look like, an empty text says nothing."""
    if value is None or value.__class__ is str:
        return value or None
    if value.__class__ is int:
        return str(value)
    raise Refused(f"{name}: must be a text (found {_shown(value)})")


def _id_text(value: Any, name: str) -> str:
    if value.__class__ is int:
        return str(value)
    raise Refused(f"{name}: an id must be a text (found {_shown(value)})")


def _event_time(said: Any, default_ns: int | None) -> int:
    if said is not None:
        return instants.of_value(said, "mfg.event.time")
    if default_ns is None:
        raise Refused("event_time: empty, and nothing else says when it took effect")
    return instants.checked(default_ns, default_ns)


def _time(value: Any, name: str) -> int | None:
    return None if value is None or value == "" else instants.of_value(value, name)


def _attempt(value: Any) -> int:
    if value is None or value == "":
        return 1
    if value.__class__ is str and WHOLE.fullmatch(value):
        value = int(value)
    if value.__class__ is int and 1 <= value <= LAST_ATTEMPT:
        return int(value)
    raise Refused(f"mfg.attempt: must be a whole number from 1 (found {_shown(value)})")


def _truth(value: Any, name: str) -> bool:
    if value is None or value == "":
        return False
    if value.__class__ is bool:
        return bool(value)
    if value.__class__ is str and value.lower() in ("true", "false"):
        return bool(value.lower() == "true")
    raise Refused(f"{name}: must be true or false (found {_shown(value)})")


def _shown(value: Any) -> str:
    return repr(value)[:80]
