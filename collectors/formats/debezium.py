"""Events that Debezium captured: changes of the rows of a table, or the messages of an outbox that its event router sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import orjson

from collectors.event import Refused
from collectors.formats.connect import unwrapped
from collectors.formats.connect_values import opened
from collectors.formats.form import Problems, Saying, said_all_the_same
from collectors.formats.json import inside
from collectors.mapping import FIELDS, ROW_ONLY, RowMapping
from collectors.mapping_check import check_fields
from collectors.message import Message
from collectors.readings import said_by
from collectors.rows import content_hash, json_excerpt
from collectors.said import Said, Unsaid
from collectors.settings import check_keys

OPERATIONS = {"c": "created", "u": "updated", "d": "deleted", "r": "read by a snapshot"}
LOG_PLACES = ("lsn", "pos", "scn", "commit_scn", "change_lsn", "sequence", "ord")  # where in the database's own log a change stands
CHANGING = {"version", "sequence"}  # the same change may be told with others after Debezium was updated or started again
UNITS = (("ts_ns", 1), ("ts_us", 10**3), ("ts_ms", 10**6))
PAYLOAD = "payload"


class Debezium(Saying):
    """A path names a column of the row (`ORDER_NO`): as it is after the change, of a deletion as it was before; with a dot in front it
    is looked up in the whole message: `.op`, `.before.STATUS`, `.source.table`, `.transaction.id`. Of the outbox' messages it names what
    their payload holds. `options: {operations: [c]}` leaves all other changes out. Where the mapping names no event time, that of the
    commit counts.

    Debezium sends again what it is not sure to have sent: a change is known again by its place in the database's log, an outbox message
    by its id.
    """

    name: ClassVar[str] = "debezium"
    content_type: ClassVar[str] = "application/json"

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = RowMapping(data or {}, "path")
        self._operations = set(options.get("operations", OPERATIONS))

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        if data is None:
            return [("", "is missing; it says where in the rows the fields of an event stand, as in `event_type: {path: STATUS}`")]
        return check_fields(data, "path", [*FIELDS, *ROW_ONLY, "objects"], ("event_type",))

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        if data is None:
            return []
        problems = check_keys(data, ("operations",), "{operations: [c, u]}")
        named = data.get("operations", ["c"]) if isinstance(data, dict) else ["c"]
        if not isinstance(named, list) or not named or not all(isinstance(each, str) and each in OPERATIONS for each in named):
            known = ", ".join(f"{letter} ({word})" for letter, word in OPERATIONS.items())
            problems.append(("operations", f"must be a list of {known} (found {named!r})"))
        return problems

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        try:
            document = unwrapped(orjson.loads(message.body))
        except orjson.JSONDecodeError as error:
            yield Unsaid(f"the message is no JSON: {error}")
            return
        if document is None:
            return
        if is_change(document):
            yield from self._change(document, message)
        else:
            document = _outbox(document)
            yield self._said(document, _content(document), message, _outbox_identity(message.head), None)

    def _change(self, document: dict[str, Any], message: Message) -> Iterator[Said | Unsaid]:
        operation = document["op"]
        if operation not in self._operations:
            return
        row = document.get("before" if operation == "d" else "after")
        if row.__class__ is dict:
            row = {name: opened(value) if name == PAYLOAD else value for name, value in row.items()}
        source = document["source"]
        yield self._said(document, row, message, _change_identity(document), _instant(source) or _instant(document))

    def _said(self, document: Any, row: Any, message: Message, identity: str | None, at_ns: int | None) -> Said | Unsaid:
        lookup = inside(document, row, message.head)
        if row.__class__ is not dict:
            unsaid = Unsaid(f"there is no row in it (found {str(row)[:80]!r}); does the table tell whole rows (REPLICA IDENTITY FULL)?")
            return said_all_the_same(self.mapping, message, unsaid, lookup)
        try:
            return said_by(self.mapping.apply(lookup))._replace(identity=identity, default_ns=at_ns)
        except Refused as error:
            return said_all_the_same(self.mapping, message, Unsaid(str(error), excerpt=json_excerpt(row)), lookup)


def is_change(document: Any) -> bool:
    """Whether it is the change of a row, with what was before and after."""
    return document.__class__ is dict and document.get("op").__class__ is str and document.get("source").__class__ is dict


def _outbox(document: Any) -> Any:
    """The router sends the payload alone, or beside more columns in an envelope; JSON in a text either way."""
    document = opened(document)
    if document.__class__ is dict and PAYLOAD in document:
        return {**document, PAYLOAD: opened(document[PAYLOAD])}
    return document


def _content(document: Any) -> Any:
    content = document.get(PAYLOAD) if document.__class__ is dict else None
    return content if content.__class__ is dict else document


def _outbox_identity(head: dict[str, Any]) -> str | None:
    """The router puts the id of the outbox' row into the header `id`. Only a UUID is nobody else's: plants count their rows alike."""
    headers = head.get("header")
    found = headers.get("id") if headers.__class__ is dict else None
    try:
        return f"outbox:{UUID(found)}" if found.__class__ is str else None
    except ValueError:
        return None


def _change_identity(document: dict[str, Any]) -> str | None:
    """None where the message does not say where in the database's log the change stands: two equal changes may both have happened."""
    source = document["source"]
    if not any(source.get(name) is not None for name in LOG_PLACES):
        return None
    place = {name: value for name, value in source.items() if name not in CHANGING}
    change = [place, document["op"], document.get("before"), document.get("after")]
    return f"change:{content_hash(orjson.dumps(change, option=orjson.OPT_SORT_KEYS))}"


def _instant(block: dict[str, Any]) -> int | None:
    """When the database committed, as exactly as Debezium tells it: nanoseconds since version 2.6 or so, else milliseconds."""
    for name, unit in UNITS:
        if block.get(name).__class__ is int and block[name] > 0:
            return int(block[name]) * unit
    return None
