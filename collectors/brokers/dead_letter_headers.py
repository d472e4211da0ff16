"""Why a message was put aside, as the headers of those who put it aside say: Kafka Connect, Kafka Streams, Spring, NServiceBus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from collectors.meaning import Failing


class Told(NamedTuple):
    """Under which headers one kind of software tells the type and the text of an error; the first that is there counts."""

    types: tuple[str, ...]
    texts: tuple[str, ...]
    stack: str


FAMILIES = (
    Told(
        ("__connect.errors.exception.class.name",),
        ("__connect.errors.exception.message",),
        "__connect.errors.exception.stacktrace",
    ),
    Told(
        ("kafka_dlt-exception-cause-fqcn", "kafka_dlt-exception-fqcn", "kafka_exception-cause-fqcn", "kafka_exception-fqcn"),
        ("kafka_dlt-exception-message", "kafka_exception-message"),
        "kafka_dlt-exception-stacktrace",
    ),
    Told(("__streams.errors.exception",), ("__streams.errors.message",), "__streams.errors.stacktrace"),
    Told(
        ("NServiceBus.ExceptionInfo.ExceptionType",),
        ("NServiceBus.ExceptionInfo.Message",),
        "NServiceBus.ExceptionInfo.StackTrace",
    ),
    Told(("MT-Fault-ExceptionType",), ("MT-Fault-Message",), "MT-Fault-StackTrace"),
    Told((), ("x-exception-message",), "x-exception-stacktrace"),  # Spring AMQP, which gives no type
)
STAGE = "__connect.errors.stage"  # of a converter: the message cannot be read; of the others the exception says more
ATTEMPTS = ("retry_topic-attempts", "kafka_deliveryAttempt")  # Spring: a number of four bytes
RETRIES = "NServiceBus.Retries"  # delayed ones, behind the first attempt
LONGEST_TEXT = 4000
WRITTEN_BY_THEM = (
    "__connect.errors.",
    "__streams.errors.",
    "kafka_dlt-",
    "kafka_exception-",
    "kafka_original-",
    "kafka_deliveryattempt",
    "retry_topic-",
    "nservicebus.exceptioninfo.",
    "nservicebus.retries",
    "nservicebus.failedq",
    "nservicebus.timeoffailure",
    "mt-fault-",
    "x-death",
    "x-first-death-",
    "x-last-death-",
    "x-exception-",
)  # in small letters


def put_aside(headers: Mapping[str, Any]) -> tuple[dict[str, Any], Failing]:
    """What a dead letter's headers tell, in standard attributes and as its failing; they may tell nothing, and it failed all the same."""
    attributes: dict[str, Any] = {"mfg.dead_letter": True}
    if stage := _text(headers, STAGE):
        attributes["mfg.error.code"] = f"kafka.connect:{stage}"
    if attempt := _attempt(headers):
        attributes["mfg.attempt"] = attempt
    for told in FAMILIES:
        kind, text = _first(headers, told.types), _first(headers, told.texts)
        if kind or text:
            text = _cause(headers, told, kind) or text
            return attributes, Failing(True, kind, text[:LONGEST_TEXT] if text else None)
    return attributes, Failing(True)


def is_of_dead_letter(name: str) -> bool:
    """Whether a header of this name says that and why a message was put aside: a message that is sent anew does not carry it."""
    return name.lower().startswith(WRITTEN_BY_THEM)


def _cause(headers: Mapping[str, Any], told: Told, kind: str | None) -> str | None:
    """The text of the cause, where `kind` is that of the cause: the text beside it is then only that of what wrapped it."""
    if not kind or kind == _text(headers, told.types[-1]):
        return None
    _, found, rest = (_text(headers, told.stack) or "").partition(f"Caused by: {kind}: ")
    return rest.partition("\n")[0].strip() if found else None


def _attempt(headers: Mapping[str, Any]) -> int | None:
    for name in ATTEMPTS:
        number = _whole(headers.get(name))
        if number:
            return number
    retries = _text(headers, RETRIES) or ""
    return int(retries) + 1 if retries.isascii() and retries.isdigit() and len(retries) < 6 else None


def _whole(text: Any) -> int | None:
    """A number written in digits, or in four bytes as Java writes an int."""
    if text.__class__ is not str:
        return None
    if text.isascii() and text.isdigit() and len(text) < 6:
        return int(text)
    written = text.encode()
    return int.from_bytes(written) if len(written) == 4 and written[0] == 0 else None


def _first(headers: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := _text(headers, name))), None)


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return (value.strip(" \t\r\n") or None) if value.__class__ is str else None
