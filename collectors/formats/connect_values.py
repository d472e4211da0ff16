"""What values mean that Kafka Connect's JSON converter wrote with their schema: decimals, times and dates as texts a person reads.

A type without a time zone (Debezium's `io.debezium.time.Timestamp` is what stood in a column without one) gives a text without an offset,
so that the mapping has to say which zone it is in; Connect's own Timestamp is an instant.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

DEEPEST = 64  # levels of a value that are looked into; what is deeper stays as it was written
LARGEST_SCALE = 400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400 * 10**6


def read_value(value: Any, schema: Any, depth: int = 0) -> Any:
    """`value` as its schema means it. What does not fit its schema stays as it was written."""
    if value is None or schema.__class__ is not dict or depth > DEEPEST:
        return value
    name = schema.get("name")
    named = NAMED.get(name) if name.__class__ is str else None
    if named:
        try:
            return named(value, schema)
        except (ArithmeticError, LookupError, TypeError, ValueError, binascii.Error):
            return value
    kind = schema.get("type")
    if kind == "struct" and value.__class__ is dict:
        return _struct(value, schema.get("fields"), depth)
    if kind == "array" and value.__class__ is list:
        return [read_value(each, schema.get("items"), depth + 1) for each in value]
    if kind == "map" and value.__class__ is dict:
        return {key: read_value(each, schema.get("values"), depth + 1) for key, each in value.items()}
    return value


def opened(text: Any) -> Any:
    """JSON that stands in a text, as itself; anything else as it is."""
    if text.__class__ is not str or text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _struct(value: dict[str, Any], fields: Any, depth: int) -> dict[str, Any]:
    schemas = (
        {each["field"]: each for each in fields if each.__class__ is dict and each.get("field").__class__ is str}
        if fields.__class__ is list
        else {}
    )
    return {key: read_value(each, schemas.get(key), depth + 1) for key, each in value.items()}


def _decimal(value: Any, schema: dict[str, Any]) -> str:
    return _scaled(value, int(schema["parameters"]["scale"]))


def _variable_decimal(value: Any, _schema: dict[str, Any]) -> str:
    return _scaled(value["value"], int(value["scale"]))


def _scaled(text: str, scale: int) -> str:
    """The number whose digits without point are the big-endian bytes in Base64."""
    if abs(scale) > LARGEST_SCALE:
        raise ValueError(scale)
    digits = int.from_bytes(base64.b64decode(text, validate=True), signed=True)
    return format(Decimal((int(digits < 0), tuple(int(digit) for digit in str(abs(digits))), -scale)), "f")


def _instant(per_second: int) -> Callable[[Any, Any], str]:
    local = _local(per_second)
    return lambda value, schema: local(value, schema) + "Z"


def _local(per_second: int) -> Callable[[Any, Any], str]:
    """Date and time of a number of units since 1970, with all its decimals and no offset."""

    def text(value: Any, _schema: Any) -> str:
        seconds, part = divmod(int(value), per_second)
        when = EPOCH + timedelta(seconds=seconds)
        return f"{when:%Y-%m-%dT%H:%M:%S}{_fraction(part, per_second)}"

    return text


def _time(per_second: int) -> Callable[[Any, Any], str]:
    def text(value: Any, _schema: Any) -> str:
        seconds, part = divmod(int(value), per_second)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(part, per_second)}"

    return text


def _fraction(part: int, per_second: int) -> str:
    return f".{part:0{len(str(per_second)) - 1}}" if part else ""


def _date(value: Any, _schema: Any) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(value))).isoformat()


def _json(value: Any, _schema: Any) -> Any:
    return opened(value)


NAMED: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "org.apache.kafka.connect.data.Decimal": _decimal,
    "org.apache.kafka.connect.data.Timestamp": _instant(10**3),
    "org.apache.kafka.connect.data.Date": _date,
    "org.apache.kafka.connect.data.Time": _time(10**3),
    "io.debezium.data.VariableScaleDecimal": _variable_decimal,
    "io.debezium.data.Json": _json,
    "io.debezium.time.Date": _date,
    "io.debezium.time.Time": _time(10**3),
    "io.debezium.time.MicroTime": _time(10**6),
    "io.debezium.time.NanoTime": _time(10**9),
    "io.debezium.time.Timestamp": _local(10**3),
    "io.debezium.time.MicroTimestamp": _local(10**6),
    "io.debezium.time.NanoTimestamp": _local(10**9),
}
