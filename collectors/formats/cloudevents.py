"""CloudEvents 1.0: one event or a batch as JSON, or data with the attributes in the headers of whatever carries it."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any, ClassVar

import orjson

from collectors.event import Refused
from collectors.formats.form import Problems, Saying, said_all_the_same
from collectors.mapping import FIELDS, ROW_ONLY, RowMapping
from collectors.mapping_check import check_additions
from collectors.meaning import FINE, Failing
from collectors.message import Message
from collectors.paths import lookup_in
from collectors.rows import json_excerpt
from collectors.said import Said, Unsaid
from collectors.trace_context import ids_in

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "specversion", "type")
VERSION = re.compile(r"0\.3|1\.\d+", re.ASCII)
PREFIXES = ("ce_", "ce-", "cloudevents:", "cloudevents_")  # of headers: of Kafka, of HTTP, of AMQP and its other spelling
ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}", re.ASCII)
OWN = {  # attribute of a CloudEvent → what it is here
    "type": "mfg.event.type",
    "time": "mfg.event.time",
    "id": "messaging.message.id",
    "source": "mfg.system.name",
    "correlationid": "messaging.message.conversation_id",
    "dataschema": "mfg.schema.version",
    "dataref": "mfg.payload.ref",
}
SUCCESS = ("success", "succeeded", "ok", "completed", "complete", "done", "finished")
FAILURE = ("failure", "failed", "error", "fault", "faulted", "aborted")
WAITING = ("waiting", "pending", "started", "running", "processing", "inprogress", "scheduled", "queued")
ERROR_SEVERITY = 17  # of OpenTelemetry's numbers, which the extension `severity` takes over


class CloudEvents(Saying):
    """What an event says counts where `map` says nothing; its paths go into the whole event: `type`, `subject`, `data.order.id`."""

    name: ClassVar[str] = "cloudevents"
    content_type: ClassVar[str] = STRUCTURED

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = RowMapping(data or {}, "path")
        self._maps_outcome, self._maps_type = "outcome" in (data or {}), "event_type" in (data or {})

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        return [] if data is None else check_additions(data, "path", known=(*FIELDS, *ROW_ONLY, "objects"))

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        try:
            found = events_in(message.head, message.body)
        except ValueError as error:
            yield said_all_the_same(self.mapping, message, Unsaid(str(error)))
            return
        is_list = found.__class__ is list
        for number, event in enumerate(found if is_list else [found], 1):
            yield self._said(event, message, str(number) if is_list else "")

    def _said(self, event: Any, message: Message, part: str) -> Said | Unsaid:
        lookup = lookup_in(event, message.head)
        if problem := problem_of(event):
            return said_all_the_same(self.mapping, message, Unsaid(problem, part, "event", json_excerpt(event)), lookup)
        try:
            event = _unpacked(event)
            lookup = lookup_in(event, message.head)
            mapped = self.mapping.apply(lookup)
            own = _of_envelope(event)
            if self._maps_type:  # what it maps to nothing is no event, whatever the event calls itself
                del own["mfg.event.type"]
            attributes = {**own, **mapped.attributes}
            is_error, is_open = (mapped.is_error, False) if self._maps_outcome else _outcome(event)
        except Refused as error:
            return said_all_the_same(self.mapping, message, Unsaid(str(error), part, "event", json_excerpt(event)), lookup)
        if is_open and "mfg.event.type" in attributes:
            attributes["mfg.event.type"] = f"{attributes['mfg.event.type']}.waiting"
        if is_error and event.get("bamptxcompleted") in (True, "true"):
            attributes.setdefault("mfg.dead_letter", True)
        failing = Failing(True, attributes.get("error.type"), attributes.get("exception.message")) if is_error else FINE
        ids = (mapped.trace_id, mapped.span_id) if mapped.trace_id else ids_in(event)
        return Said(attributes, failing, part, identity_of(event), *ids, origins=mapped.origins)


def events_in(head: dict[str, Any], body: bytes) -> Any:
    """The event, or the list of events, that a message holds, as JSON has them. Raises ValueError with a sentence."""
    found = head.get("header")
    headers = {name.lower(): value for name, value in found.items()} if found.__class__ is dict else {}
    declared = str(headers.get("content-type") or head.get("content_type") or "")
    own = _own(headers)
    if "specversion" in own and not is_structured(declared):
        return _with_data(own, body, declared)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the message is no CloudEvent: it is no JSON ({error}), and has no header ce_specversion or the like") from error


def is_structured(content_type: str) -> bool:
    return _media(content_type).startswith("application/cloudevents")


def problem_of(event: Any) -> str | None:
    """Why something is no CloudEvent."""
    if event.__class__ is not dict:
        return f"a CloudEvent is a JSON object (found {str(event)[:80]!r})"
    wrong = [name for name in REQUIRED if not (event.get(name).__class__ is str and event[name].strip())]
    if wrong:
        return f"a CloudEvent has {', '.join(REQUIRED)}, each a text that is not empty; here that is not so for {' and '.join(wrong)}"
    if not VERSION.fullmatch(event["specversion"]):
        return f"specversion: {event['specversion'][:40]!r} is not known; known are 1.0 and 0.3"
    return None


def identity_of(event: dict[str, Any]) -> str:
    """The same for the same event, by whatever it comes; a source is a URI, so there is no blank in it."""
    return f"cloudevent {''.join(event['source'].split())} {event['id']}"


def _of_envelope(event: dict[str, Any]) -> dict[str, Any]:
    """What the attributes of an event say, under standard names. Raises Refused."""
    attributes = {ours: event[theirs] for theirs, ours in OWN.items() if event.get(theirs) not in (None, "")}
    if "mfg.event.time" not in attributes and event.get("recordedtime"):
        attributes["mfg.event.time"] = event["recordedtime"]
    if "messaging.message.conversation_id" not in attributes and event.get("causationid"):
        attributes["messaging.message.conversation_id"] = event["causationid"]
    kind, name = event.get("bamptxid"), event.get("bamtxid")
    if kind.__class__ is str and kind.strip() and name:
        attributes[f"mfg.object.{re.sub(r'[^a-z0-9]+', '_', kind.strip().lower())}"] = name
    return attributes


def _outcome(event: dict[str, Any]) -> tuple[bool, bool]:
    """Whether it tells of an error, and whether of a step that is not done yet. Raises Refused."""
    number = event.get("severitynumber")
    number = int(number) if number.__class__ is str and number.isdecimal() and len(number) < 4 else number
    if number.__class__ is int and number >= ERROR_SEVERITY:
        return True, False
    status = event.get("bamptxsstatus")
    if status in (None, ""):
        return False, False
    word = re.sub(r"[^a-z]", "", str(status).lower())
    if word in SUCCESS or word in FAILURE or word in WAITING:
        return word in FAILURE, word in WAITING
    raise Refused(
        f"bamptxsstatus: {str(status)[:80]!r} is not known; known: {', '.join((*SUCCESS, *FAILURE, *WAITING))}. "
        "Map `outcome` to say what it is"
    )


# -- content modes
def _own(headers: dict[str, Any]) -> dict[str, Any]:
    """The attributes among the headers."""
    found = {}
    for name, value in headers.items():
        prefix = next((each for each in PREFIXES if name.startswith(each)), None)
        if prefix and ATTRIBUTE.fullmatch(name[len(prefix) :]):
            found[name[len(prefix) :]] = value
    for name in ("traceparent", "tracestate"):  # where a binding has them under their own names
        if name in headers:
            found.setdefault(name, headers[name])
    return found


def _with_data(own: dict[str, Any], body: bytes, kind: str) -> dict[str, Any]:
    """An event and its data, which is JSON where it says so, or says nothing and can be read as such. Raises Refused."""
    event = {**own, **({"datacontenttype": kind} if kind and "datacontenttype" not in own else {})}
    if not body:
        return event
    media = _media(str(event.get("datacontenttype", "")))
    try:
        return {**event, "data": orjson.loads(body)}
    except orjson.JSONDecodeError as error:
        if media.endswith(("/json", "+json")) and media != _media(STRUCTURED):
            raise Refused(f"the data of the CloudEvent is no JSON, as it says it is: {error}") from error
        return {**event, "data": body.decode(errors="replace")}


def _unpacked(event: dict[str, Any]) -> dict[str, Any]:
    """With `data_base64` as `data`. Raises Refused."""
    encoded = event.get("data_base64")
    if encoded.__class__ is not str or event.get("data") is not None:
        return event
    try:
        body = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"data_base64: {error}") from error
    return _with_data({name: value for name, value in event.items() if name != "data_base64"}, body, "")


def _media(content_type: Any) -> str:
    return content_type.partition(";")[0].strip().lower() if content_type.__class__ is str else ""
