"""Events as JSON: a document is one event, or a list of them, found by a mapping, or written in the words of the export `events`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import orjson

from collectors.event import Refused
from collectors.formats.form import Problems, Saying, said_all_the_same
from collectors.mapping import FIELDS, ROW_ONLY, Lookup, RowMapping
from collectors.mapping_check import check_mapping
from collectors.message import Message
from collectors.paths import EACH, NoPath, lookup_in, steps_of
from collectors.readings import said_by
from collectors.rows import json_excerpt
from collectors.said import Said, Unsaid
from collectors.settings import check_keys

OWN_WORDS = {field: {"path": field} for field in (*FIELDS, *ROW_ONLY)}


class Json(Saying):
    """`map` says where the fields stand, as paths. Without one they stand under their own names, and `objects` is a mapping of
    type → id or ids, as in the export `events`. `options: {each: lines}` names a list in the document whose entries are the events; a
    path that begins with a dot below it (`.header.order`) is looked up in the whole document."""

    name: ClassVar[str] = "json"
    content_type: ClassVar[str] = "application/json"

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None:
        self.mapping = RowMapping(data or OWN_WORDS, "path")
        self._is_own = data is None
        self._each = options.get("each")

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        return [] if data is None else check_mapping(data, "path")

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        if data is None:
            return []
        problems = check_keys(data, ("each",), "{each: lines}")
        try:
            if isinstance(data, dict) and "each" in data and EACH in steps_of(str(data["each"])):
                problems.append(("each", "names the list itself, without []"))
        except NoPath as error:
            problems.append(("each", str(error)))
        return problems

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        try:
            document = orjson.loads(message.body)
        except orjson.JSONDecodeError as error:
            yield Unsaid(f"the message is no JSON: {error}")
            return
        yield from self.said_in(document, message)

    def said_in(self, document: Any, message: Message) -> Iterator[Said | Unsaid]:
        """The things a document says, in order."""
        things = lookup_in(document)(self._each) if self._each else document
        if things.__class__ is list:
            for number, thing in enumerate(things, 1):
                yield self._said(thing, document, message, str(number))
        elif things is None:
            unsaid = Unsaid(f"the document has no list {self._each!r}, which `each` names")
            yield said_all_the_same(self.mapping, message, unsaid, lookup_in(document, message.head))
        else:
            yield self._said(things, document, message, "")

    def _said(self, thing: Any, document: Any, message: Message, part: str) -> Said | Unsaid:
        lookup = inside(document, thing, message.head)
        if thing.__class__ is not dict:
            unsaid = Unsaid(f"an event is a JSON object (found {json_excerpt(thing)[:80]})", part)
            return said_all_the_same(self.mapping, message, unsaid, lookup)
        try:
            said = said_by(self.mapping.apply(lookup), part)
            if self._is_own:
                _name_objects(thing.get("objects"), said.attributes)
            return said
        except Refused as error:
            unsaid = Unsaid(str(error), part, excerpt=json_excerpt(thing))
            return said_all_the_same(self.mapping, message, unsaid, lookup)


def inside(document: Any, thing: Any, head: dict[str, Any]) -> Lookup:
    """Looks up a path in `thing`, one with a dot in front in the whole `document`, one with an @ in `head`."""
    inner, outer = lookup_in(thing, head), lookup_in(document)
    return lambda path: outer(path[1:]) if path.startswith(".") else inner(path)


def _name_objects(objects: Any, attributes: dict[str, Any]) -> None:
    """Raises Refused."""
    if objects is None:
        return
    if objects.__class__ is not dict:
        example, found = '{"purchase_order": "4500012345"}', json_excerpt(objects)[:80]
        raise Refused(f"objects: must be a mapping of type to id or ids, as in {example} (found {found})")
    attributes.update((f"mfg.object.{kind}", ids) for kind, ids in objects.items())
