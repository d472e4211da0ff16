"""The words a person reads: systems, events, durations, amounts, error classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SYSTEMS = {
    "erp": "ERP",
    "scm": "SCM",
    "mes": "MES",
    "qms": "QMS",
    "wms": "WMS",
    "tms": "TMS",
    "plm": "PLM",
    "iiot": "IIoT",
    "fin": "Finance",
    "supplier": "Supplier",
    "middleware": "Middleware",
}
_CAPITALS = {"asn": "ASN", "wms": "WMS", "erp": "ERP", "mes": "MES", "scm": "SCM", "id": "ID"}


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """What a class of error means, whether the middleware tries again by itself, and who acts."""

    meaning: str
    retry: str
    actor: str


ERROR_CLASSES = {
    "configuration": ErrorClass(
        "The systems are not allowed to talk to each other as they are set up: access, certificate or partner profile.",
        "Trying again does not help.",
        "the integration team",
    ),
    "contract": ErrorClass(
        "The message is not what the receiver and the sender agreed on: its form or a field is wrong.",
        "Trying again does not help.",
        "the integration team and the sender's owner",
    ),
    "dependency": ErrorClass("The message waits for another one that has to come first.", "It is held, then sent in order.", "plant IT"),
    "business": ErrorClass(
        "The receiver understood the message and refused it: its data do not allow it.",
        "Trying again helps only after the data are corrected.",
        "the owner of the data",
    ),
    "transient": ErrorClass(
        "The receiver could not be reached or was busy for a moment.",
        "The middleware tries again, a bounded number of times.",
        "the middleware, and plant IT if it does not end",
    ),
    "unknown": ErrorClass("Neither its code nor its words match a rule.", "It is not tried again by itself.", "plant IT"),
}


def sentence(text: str) -> str:
    """With a capital at its beginning; names inside keep theirs."""
    return text[:1].upper() + text[1:]


def unbroken(text: str) -> str:
    """No line ends between a number and its unit."""
    return re.sub(r"(?<=\d) (?=(?:d|h|min|s|%)(?!\w))", "\N{NO-BREAK SPACE}", text)


def system_word(system: str | None) -> str:
    """The name of a role as people write it; a role we do not know stays as it is."""
    return SYSTEMS.get(system, system) if system else "Unknown system"


def event_words(event_type: str) -> str:
    """`work_order.received` → Work order received."""
    words = event_type.replace("_", " ").replace(".", " ").split()
    text = " ".join(_CAPITALS.get(word, word) for word in words)
    return text[:1].upper() + text[1:]


def step_words(event_type: str, system: str | None) -> str:
    """`receipt.posted` in `erp` → Receipt posted in ERP: the one form in which a step is named in sentences."""
    return f"{event_words(event_type)}{f' in {system_word(system)}' if system else ''}"


def code_beside(code: str | None, text: str) -> str | None:
    """The code of an error, unless its text says it: `http:400` beside “400 Bad Request” would only repeat it."""
    if not code or code in text:
        return None
    number = code.rpartition(":")[2]
    # A short one, such as the 51 of an IDoc, may be in a text by chance.
    return None if len(number) > 2 and re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text) else code


def type_words(object_type: str) -> str:
    """`production_order` → production order."""
    return " ".join(_CAPITALS.get(word, word) for word in object_type.replace("_", " ").split())


def duration(seconds: float) -> str:
    """The two largest units that say something: 400 ms, 4.2 s, 12 min, 3 h 03 min, 2 d 4 h."""
    seconds = abs(seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if (minutes := round(whole / 60)) < 60:
        return f"{minutes} min"
    return _two_units(whole)


def _two_units(whole: int) -> str:
    if whole < 2 * 86_400 - 1_800:
        hours, minutes = divmod(round(whole / 60), 60)
        return f"{hours} h {minutes:02d} min" if minutes else f"{hours} h"
    days, hours = divmod(round(whole / 3_600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def span_of(from_ns: int, to_ns: int) -> str:
    """The time between two instants, in words."""
    return duration((to_ns - from_ns) / 1e9)


def amount(value: Any) -> str:
    """A number as people write it: thousands apart, no idle zeros."""
    if value is None:
        return ""
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(value: Any, unit: str | None) -> str:
    """`480 PC`; nothing when there is no number."""
    return f"{amount(value)} {unit or ''}".strip() if value is not None else ""


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 span`, `1,204 spans`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as people read it: 12 %, 0.3 %; what is not all is never 100 %, what is not nothing never 0 %."""
    if share <= 0 or share >= 1:
        return f"{share * 100:.0f} %"
    if share < 0.01:
        return f"{max(share * 100, 0.1):.1f} %"
    return f"{min(round(share * 100), 99)} %"
