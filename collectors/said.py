"""What a record says, whatever form it had: things under standard attribute names, and the events they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from collectors.event import Event, Record, Refused
from collectors.meaning import FINE, NOWHERE, Failing, Meaning, Origin
from collectors.message import Message
from collectors.rows import EXCERPT, Rows, excerpt_of, id_hash

NO_MESSAGE = Message(b"")
WHERE = ("mfg.system", "mfg.system.name", "mfg.site")


class Said(NamedTuple):
    """One thing a record says. `part` tells the things of one record apart: "" where there is only one, else as in `2` or `1/PO1`.

    `identity` is the id its author gave it, known under it wherever it comes from again; without one it is its position. `origins` says
    where each field stood, as a person would say it: field → `column MATNR`.
    """

    attributes: dict[str, Any]
    failing: Failing = FINE
    part: str = ""
    identity: str | None = None
    trace_id: str | None = None
    span_id: str | None = None  # trace id + span id
    default_ns: int | None = None
    origins: Mapping[str, str] = MappingProxyType({})


class Unsaid(NamedTuple):
    """A part that cannot be understood, with the reason; `what` names the part in a word: row, line, segment."""

    reason: str
    part: str = ""
    what: str = "message"
    excerpt: str = ""


def add_said(
    record: Record, things: Iterable[Said | Unsaid], meaning: Meaning, rows: Rows, position: str, message: Message = NO_MESSAGE
) -> None:
    """Events of `things` into `rows`; what says no event type is none, and the journal keeps it. The first of an identity counts;
    what was rejected may come again, read in another form, and be an event."""
    for thing in things:
        at = f"{position}/{thing.part}" if thing.part else position
        if isinstance(thing, Unsaid):
            _reject(record, at, thing.what, thing.reason, thing.excerpt or excerpt_of(record), rows)
            continue
        try:
            event = _event(record, thing, at, meaning, message)
        except Refused as error:
            _reject(record, at, "message" if message.body else "row", str(error), excerpt_of(record), rows)
            continue
        if event is None:
            rows.unmapped.add(record, at, message.body or record.payload)
        elif rows.is_new(event.identity):
            rows.events.append(event)
            if rows.origins is not None:
                rows.origins[at] = dict(thing.origins)


def _event(record: Record, said: Said, position: str, meaning: Meaning, message: Message) -> Event | None:
    """Raises Refused. Of a dead letter what cannot be used is left out: that may be why it is one."""
    around = message.attributes or message.defaults
    attributes = {**message.defaults, **said.attributes, **message.attributes} if around else said.attributes
    kind = attributes.get("mfg.event.type")
    if kind is None:
        return None
    identity = said.identity or f"{record.source}:{position}"
    origin = Origin(f"{record.source}:{position}", identity, id_hash(identity), record.source, position, record.recorded_ns)
    failing = message.failing if message.failing.is_error else said.failing
    default_ns = message.default_ns if said.default_ns is None else said.default_ns
    ids = (said.trace_id, said.span_id) if said.trace_id else (message.trace_id, message.span_id)
    try:
        return meaning.event(origin, kind, attributes, failing, default_ns, NOWHERE, *ids)
    except Refused:
        if not message.failing.is_error:
            raise
    bare = {name: attributes[name] for name in WHERE if name in attributes} | message.attributes
    named = meaning.usable_objects(attributes, NOWHERE)
    return meaning.event(origin, kind, bare, failing, default_ns, NOWHERE, *ids)._replace(objects=named)


def _reject(record: Record, position: str, what: str, reason: str, excerpt: str, rows: Rows) -> None:
    if rows.is_new(f"{record.source}:{position}\n{reason}"):
        rows.reject(record, position, what, reason, excerpt[:EXCERPT])
