"""The words a person reads: systems, events, durations, amounts, error classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from metrics.texts import _, _later, _n, language

SYSTEMS = {
    "erp": "ERP",
    "scm": "SCM",
    "mes": "MES",
    "qms": "QMS",
    "wms": "WMS",
    "tms": "TMS",
    "plm": "PLM",
    "iiot": "IIoT",
    "fin": _later("Finance"),
    "supplier": _later("Supplier"),
    "middleware": _later("Middleware"),
}
COUNTED, HIDDEN = "{number} {object}", "{number} {object} you may not see"
MORE, AT_LEAST = "and {number} more {object}", "and at least {number} more {object}"
PATTERNS = (COUNTED, HIDDEN, MORE, AT_LEAST)
_CAPITALS = {"asn": "ASN", "wms": "WMS", "erp": "ERP", "mes": "MES", "scm": "SCM", "id": "ID"}


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """What a class of error means, whether the middleware tries again by itself, and who acts."""

    meaning: str
    retry: str
    actor: str


ERROR_CLASSES = {
    "configuration": ErrorClass(
        _later("The systems are not allowed to talk to each other as they are set up: access, certificate or partner profile."),
        _later("Trying again does not help."),
        _later("the integration team"),
    ),
    "contract": ErrorClass(
        _later("The message is not what the receiver and the sender agreed on: its form or a field is wrong."),
        _later("Trying again does not help."),
        _later("the integration team and the sender's owner"),
    ),
    "dependency": ErrorClass(
        _later("The message waits for another one that has to come first."), _later("It is held, then sent in order."), _later("plant IT")
    ),
    "business": ErrorClass(
        _later("The receiver understood the message and refused it: its data do not allow it."),
        _later("Trying again helps only after the data are corrected."),
        _later("the owner of the data"),
    ),
    "transient": ErrorClass(
        _later("The receiver could not be reached or was busy for a moment."),
        _later("The middleware tries again, a bounded number of times."),
        _later("the middleware, and plant IT if it does not end"),
    ),
    "unknown": ErrorClass(
        _later("Neither its code nor its words match a rule."), _later("It is not tried again by itself."), _later("plant IT")
    ),
}

CRITICALITIES = {"critical": _later("critical"), "important": _later("important"), "routine": _later("routine")}
CLASS_WORDS = {
    "configuration": _later("configuration"),
    "contract": _later("contract"),
    "dependency": _later("dependency"),
    "business": _later("business"),
    "transient": _later("transient"),
    "unknown": _later("unknown"),
}


def class_word(error_class: str) -> str:
    """The name of a class of error inside of a sentence; a class of a plant's own stays as it is."""
    return _(CLASS_WORDS.get(error_class, error_class))


def criticality_word(criticality: str) -> str:
    """How much depends on a workflow, inside of a sentence."""
    return _(CRITICALITIES.get(criticality, criticality))


def sentence(text: str) -> str:
    """With a capital at its beginning; names inside keep theirs."""
    return text[:1].upper() + text[1:]


def unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return re.sub(r"(?<=\d) (?=(?:d|h|min|s|%)(?!\w))", "\N{NO-BREAK SPACE}", text)


def system_word(system: str | None) -> str:
    """The name of a role as people write it; a role we do not know stays as it is."""
    if not system:
        return _("Unknown system")
    return _(SYSTEMS[system]) if system in SYSTEMS else system


def event_words(event_type: str) -> str:
    """`work_order.received` → Work order received; what a catalogue does not know stays as it is."""
    words = event_type.replace("_", " ").replace(".", " ").split()
    text = " ".join(_CAPITALS.get(word, word) for word in words)
    return _(text[:1].upper() + text[1:])


def step_words(event_type: str, system: str | None) -> str:
    """`receipt.posted` in `erp` → Receipt posted in ERP: the one form in which a step is named in sentences."""
    event = event_words(event_type)
    return _("{event} in {system}", event=event, system=system_word(system)) if system else event


def code_beside(code: str | None, text: str) -> str | None:
    """The code of an error, unless its text says it: `http:400` beside “400 Bad Request” would only repeat it."""
    if not code or code in text:
        return None
    number = code.rpartition(":")[2]
    # A short one, such as the 51 of an IDoc, may be in a text by chance.
    return None if len(number) > 2 and re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text) else code


def type_words(object_type: str) -> str:
    """`production_order` → production order."""
    return _(_spaced(object_type))


def _spaced(name: str) -> str:
    return " ".join(_CAPITALS.get(word, word) for word in name.replace("_", " ").split())


def objects(number: int, object_type: str) -> str:
    """`1 production order`, `1,204 production orders`."""
    return _n(*counted_object(object_type), number)


def counted_object(object_type: str, pattern: str = COUNTED) -> tuple[str, str]:
    """The two forms of a text that counts such objects; `pattern` is one of PATTERNS."""
    one = _spaced(object_type)
    many = f"{one[:-1]}ies" if re.search("[^aeiou]y$", one) else f"{one}es" if re.search("(s|x|ch|sh)$", one) else f"{one}s"
    return pattern.replace("{object}", one), pattern.replace("{object}", many)


def duration(seconds: float) -> str:
    """The two largest units that say something: 400 ms, 4.2 s, 12 min, 3 h 03 min, 2 d 4 h."""
    seconds = abs(seconds)
    if seconds < 1:
        return _("{milliseconds} ms", milliseconds=f"{seconds * 1000:.0f}")
    if seconds < 10:
        tenths = round(seconds, 1)
        return _("{seconds} s", seconds=number(tenths, 0 if tenths == int(tenths) else 1))
    whole = round(seconds)
    if whole < 120:
        return _("{seconds} s", seconds=whole)
    if (minutes := round(whole / 60)) < 60:
        return _("{minutes} min", minutes=minutes)
    return _two_units(whole)


def _two_units(whole: int) -> str:
    if whole < 2 * 86_400 - 1_800:
        hours, minutes = divmod(round(whole / 60), 60)
        return _("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02d}") if minutes else _("{hours} h", hours=hours)
    days, hours = divmod(round(whole / 3_600), 24)
    return _("{days} d {hours} h", days=str(days), hours=hours) if hours else _("{days} d", days=str(days))


def span_of(from_ns: int, to_ns: int) -> str:
    """The time between two instants, in words."""
    return duration((to_ns - from_ns) / 1e9)


def number(value: float | Decimal, digits: int | None = None) -> str:
    """A number as the reader's language writes it: thousands apart, with `digits` so many behind the point."""
    return language().number(value, digits)


def amount(value: Any) -> str:
    """A number as people write it: thousands apart, no idle zeros."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    shown = f"{exact:f}"
    return number(exact, len(shown.rstrip("0").partition(".")[2]))


def with_unit(value: Any, unit: str | None) -> str:
    """`480 PC`; nothing when there is no number."""
    return f"{amount(value)} {unit or ''}".strip() if value is not None else ""


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 span`, `1,204 spans`: in English, for what is kept as it was written."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as people read it: 12 %, 0.3 %; what is not all is never 100 %, what is not nothing never 0 %."""
    if share <= 0 or share >= 1:
        return _("{percent} %", percent=number(share * 100, 0))
    if share < 0.01:
        return _("{percent} %", percent=number(max(share * 100, 0.1), 1))
    return _("{percent} %", percent=min(round(share * 100), 99))
