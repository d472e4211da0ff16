"""OTLP/JSON, decoded as the OTLP specification wants it.

The protobuf library's own JSON reader is wrong on every rule that OTLP adds (it reads hex ids as base64, accepts enum names and
snake_case, refuses unknown fields) and does 4,000 spans/s; this does 118,000 on one core, of which orjson takes half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from collectors.otlp.forms import DEEPEST, EXCERPT, LAST_NS, NO_SPAN, NO_TRACE, Group, Invalid, Log, Span, Undecodable, Unusable, plain

NOTHING = (NO_TRACE, NO_SPAN)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SERVED = {"resourceSpans": "/v1/traces", "resourceLogs": "/v1/logs"}  # what a body may hold → where it goes
READ_ONLY = "Syncline reads traces (resourceSpans) and logs (resourceLogs)"
FIRST_INT, LAST_INT = -(1 << 63), (1 << 63) - 1
Item = Callable[[Any, int], Span | Log]


def traces(body: bytes) -> list[Group]:
    """The groups of an ExportTraceServiceRequest. Raises Undecodable."""
    return _groups(_request(body, "resourceSpans"), "resourceSpans", "scopeSpans", "spans", _span)


def logs(body: bytes) -> list[Group]:
    """The groups of an ExportLogsServiceRequest. Raises Undecodable."""
    return _groups(_request(body, "resourceLogs"), "resourceLogs", "scopeLogs", "logRecords", _log)


def line(body: bytes) -> Iterator[tuple[str, list[Group]]]:
    """What one line of a file holds, as (signal, groups). Raises Undecodable."""
    data = _object(body)
    if "resourceMetrics" in data or "resourceProfiles" in data:
        raise Undecodable(f"the line holds metrics or profiles; {READ_ONLY}")
    if data and "resourceSpans" not in data and "resourceLogs" not in data:
        raise Undecodable(f"the line has neither resourceSpans nor resourceLogs (found {', '.join(sorted(data)[:5])})")
    yield "traces", _groups(data, "resourceSpans", "scopeSpans", "spans", _span)
    yield "logs", _groups(data, "resourceLogs", "scopeLogs", "logRecords", _log)


def _request(body: bytes, wanted: str) -> dict[str, Any]:
    """The request, which holds nothing that its reader would pass over: that would be acknowledged and lost."""
    data = _object(body)
    for name, path in SERVED.items():
        if name != wanted and data.get(name):
            raise Undecodable(f"the body holds {name}; send it to {path}")
    if data.get("resourceMetrics") or data.get("resourceProfiles"):
        raise Undecodable(f"the body holds metrics or profiles; {READ_ONLY}")
    return data


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise Undecodable(f"must be a JSON object (found {type(data).__name__})")
    return data


def _groups(data: dict[str, Any], resources: str, scopes: str, items: str, read: Item) -> list[Group]:
    found, number = [], 0
    for holder in _objects(data, resources):
        resource, problem = _resource(holder)
        for scope in _objects(holder, scopes):
            group = [_read(read, raw, number + i, problem) for i, raw in enumerate(_list(scope, items))]
            number += len(group)
            found.append(Group(resource, _scope_name(scope), group))
    return found


def _resource(holder: Any) -> tuple[dict[str, Any], str]:
    """The attributes of the resource, or why nothing under it can be kept."""
    resource = holder.get("resource") or {}
    if not isinstance(resource, dict):
        raise Undecodable(f"resource must be an object (found {type(resource).__name__})")
    try:
        return _attributes(resource.get("attributes") or ()), ""
    except Unusable as error:
        return {}, f"its resource cannot be read: {error}"


def _scope_name(scope: dict[str, Any]) -> str | None:
    inner = scope.get("scope")
    name = inner.get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) and name else None


def _objects(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    members = _list(holder, key)
    wrong = next((m for m in members if m is not None and not isinstance(m, dict)), None)
    if wrong is not None:
        raise Undecodable(f"a member of {key} must be an object (found {type(wrong).__name__})")
    return [m for m in members if m is not None]


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Undecodable(f"{key} must be a list (found {type(value).__name__})")
    return value


def _read(read: Item, raw: Any, number: int, problem: str) -> Span | Log | Invalid:
    try:
        if problem:
            raise Unusable(problem)
        if not isinstance(raw, dict):
            raise Unusable("it is no object")
        return read(raw, number)
    except Unusable as error:
        return Invalid(number, str(error), _excerpt(raw))


def _excerpt(raw: Any) -> str:
    try:
        return orjson.dumps(raw).decode()[:EXCERPT]
    except TypeError:  # orjson reads 1,024 levels and writes 254
        return "(nested too deeply to be shown)"


def _span(raw: dict[str, Any], number: int) -> Span:
    trace_id = _id(raw.get("traceId"), 32, "traceId")
    span_id = _id(raw.get("spanId"), 16, "spanId")
    parent = raw.get("parentSpanId")
    status = raw.get("status") or {}
    if not isinstance(status, dict):
        raise Unusable("status must be an object")
    events, links = raw.get("events"), raw.get("links")
    return Span(
        number,
        trace_id,
        trace_id + span_id,
        trace_id + _id(parent, 16, "parentSpanId") if parent and parent != NO_SPAN else None,
        _text(raw, "name"),
        _enum(raw, "kind"),
        _time(raw, "startTimeUnixNano"),
        _time(raw, "endTimeUnixNano"),
        _enum(status, "code") == 2,
        _text(status, "message"),
        _attributes(raw.get("attributes") or ()),
        [_span_event(e) for e in _items(events, "events")] if events else [],
        [link for raw_link in _items(links, "links") if (link := _link(raw_link))] if links else [],
    )


def _span_event(raw: Any) -> tuple[str, int, dict[str, Any]]:
    return _text(raw, "name"), _time(raw, "timeUnixNano"), _attributes(raw.get("attributes") or ())


def _link(raw: Any) -> str | None:
    """The linked span's id; a link to nowhere is left out, the span itself is good."""
    if raw.__class__ is not dict:
        raise Unusable(f"a link must be an object ({_found(raw)})")
    try:
        return _id(raw.get("traceId"), 32, "traceId") + _id(raw.get("spanId"), 16, "spanId")
    except Unusable:
        return None


def _log(raw: dict[str, Any], number: int) -> Log:
    trace_id, span_id = _log_ids(raw)
    body = raw.get("body")
    return Log(
        number,
        _time(raw, "timeUnixNano"),
        _time(raw, "observedTimeUnixNano"),
        _enum(raw, "severityNumber"),
        _text(raw, "eventName"),
        _value(body, 1) if body is not None else None,
        trace_id,
        span_id,
        _attributes(raw.get("attributes") or ()),
    )


def _log_ids(raw: dict[str, Any]) -> tuple[str | None, str | None]:
    """A log record with unusable ids belongs to no span; the record itself is good."""
    if not raw.get("traceId"):
        return None, None
    try:
        trace_id = _id(raw.get("traceId"), 32, "traceId")
        return trace_id, trace_id + _id(raw["spanId"], 16, "spanId") if raw.get("spanId") else None
    except Unusable:
        return None, None


def _id(value: Any, digits: int, name: str) -> str:
    if value.__class__ is str and len(value) == digits:
        try:
            if len(bytes.fromhex(value)) * 2 == digits and value not in NOTHING:
                return value.lower()
        except ValueError:
            pass
    raise Unusable(f"{name} must be {digits} hex digits, not all zero ({_found(value)})")


def _found(value: Any) -> str:
    """What stood there, as a reason ends with it; never the inside of a list, which may be of any size and depth."""
    names = {list: "a list", dict: "an object", type(None): "nothing"}
    return f"found {names.get(value.__class__) or repr(str(value)[:60])}"


def _text(raw: Any, key: str) -> str:
    if raw.__class__ is not dict:
        raise Unusable(f"what should hold {key} is no object")
    value = raw.get(key)
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    raise Unusable(f"{key} must be a text ({_found(value)})")


def _enum(raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    if value.__class__ is int:
        return value if -128 <= value <= 127 else 0  # a number nobody has defined yet is kept; nonsense is "unspecified"
    if value is None:
        return 0
    raise Unusable(f"{key} must be a number: OTLP/JSON sends enums as integers, not as names ({_found(value)})")


def _time(raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    if value.__class__ is str and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    if value.__class__ is int and 0 <= value <= LAST_NS:
        return value
    if value is None:
        return 0
    raise Unusable(f"{key} must be whole nanoseconds since 1970, before the year 2262 ({_found(value)})")


def _items(value: Any, name: str) -> list[Any]:
    if value.__class__ is not list:
        raise Unusable(f"{name} must be a list")
    return value


def _attributes(items: Any, depth: int = 1) -> dict[str, Any]:
    """Keys to values; of two with one key the last counts. The text case comes first: nine in ten attributes are texts."""
    found: dict[str, Any] = {}
    try:
        for item in items:
            value = item.get("value")
            if value.__class__ is dict and (text := value.get("stringValue")).__class__ is str:
                found[item["key"]] = text
            else:
                found[item["key"]] = _value(value, depth)
        "".join(found)  # a TypeError unless all keys are texts; a tenth of the time of asking each
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable("attributes must be a list of {key, value}") from error
    return found


def _value(value: Any, depth: int) -> Any:
    if value is None:
        return None
    if depth > DEEPEST:
        raise Undecodable(f"attribute values are nested deeper than {DEEPEST}")
    if value.__class__ is not dict:
        raise Unusable(f'an attribute\'s value must be an object such as {{"stringValue": …}} ({_found(value)})')
    for name, inner in value.items():
        read = VALUES.get(name)
        if read and inner is not None:
            return read(inner, depth)
    return None


def _string(value: Any, depth: int) -> str:
    if value.__class__ is not str:
        raise Unusable(f"stringValue must be a text ({_found(value)})")
    return value


def _bool(value: Any, depth: int) -> bool:
    if value.__class__ is not bool:
        raise Unusable(f"boolValue must be true or false ({_found(value)})")
    return value


def _int(value: Any, depth: int) -> int:
    number = value
    if value.__class__ is str and value.isascii() and value.lstrip("-").isdigit() and len(value) <= 20 and value.rfind("-") <= 0:
        number = int(value)
    if number.__class__ is int and FIRST_INT <= number <= LAST_INT:
        return number
    raise Unusable(f"intValue must be a whole number of 64 bits ({_found(value)})")


def _double(value: Any, depth: int) -> float | str:
    if value.__class__ is float or value.__class__ is int:
        return plain(float(value))
    if value in ("NaN", "Infinity", "-Infinity"):
        return value
    raise Unusable(f'doubleValue must be a number, "NaN", "Infinity" or "-Infinity" ({_found(value)})')


def _array(value: Any, depth: int) -> list[Any]:
    return [_value(v, depth + 1) for v in _items(_held(value).get("values") or [], "arrayValue.values")]


def _kvlist(value: Any, depth: int) -> dict[str, Any]:
    return _attributes(_held(value).get("values") or (), depth + 1)


def _held(value: Any) -> dict[str, Any]:
    if value.__class__ is not dict:
        raise Unusable("arrayValue and kvlistValue must be objects with values")
    return value


VALUES: dict[str, Callable[[Any, int], Any]] = {
    "stringValue": _string,
    "intValue": _int,
    "boolValue": _bool,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _kvlist,
    "bytesValue": _string,
}
