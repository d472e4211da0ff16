"""What every format is: it reads the body of a message, with no I/O, and adds what it says to the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Protocol

from collectors.event import Record, Refused
from collectors.mapping import Lookup, RowMapping
from collectors.meaning import Meaning
from collectors.message import Message
from collectors.paths import lookup_in
from collectors.readings import said_by
from collectors.rows import Rows
from collectors.said import Said, Unsaid, add_said

Problems = list[tuple[str, str]]


class Format(Protocol):
    """Made with the section `map` (None when there is none) and the `options` of a source, both checked before."""

    name: ClassVar[str]  # what `format` calls it
    content_type: ClassVar[str]  # of a body whose carrier says nothing about it
    mapping: Any  # AttributeMapping, RowMapping or None

    def __init__(self, data: dict[str, Any] | None, options: dict[str, Any]) -> None: ...

    @classmethod
    def check_map(cls, data: Any) -> Problems:
        """Every problem of the section `map` as (path inside it, sentence)."""

    @classmethod
    def check_options(cls, data: Any) -> Problems:
        """Every problem of the section `options`, which most formats do not have."""
        return [] if data is None else [("", f"the format {cls.name} has no options (found {data!r})")]

    def add(self, record: Record, message: Message, position: str, meaning: Meaning, rows: Rows) -> None:
        """What the message says into `rows`; what cannot be understood becomes a rejected row. Positions begin with `position`."""


class Saying(Format, Protocol):
    """A format whose messages say events, each on its own."""

    def said(self, message: Message) -> Iterator[Said | Unsaid]:
        """The things a message says, in order."""

    def add(self, record: Record, message: Message, position: str, meaning: Meaning, rows: Rows) -> None:
        things = self.said(message)
        add_said(record, self._at_least(things, message) if message.failing.is_error else things, meaning, rows, position, message)

    def _at_least(self, things: Iterable[Said | Unsaid], message: Message) -> Iterable[Said | Unsaid]:
        """What a dead letter says; if that is nothing, what its head says."""
        found = list(things)
        if any(isinstance(thing, Said) for thing in found):
            return found
        return [said_all_the_same(self.mapping, message, thing) if isinstance(thing, Unsaid) else thing for thing in found[:1]] + found[1:]


def said_all_the_same(mapping: Any, message: Message, unsaid: Unsaid, lookup: Lookup | None = None) -> Said | Unsaid:
    """What a message says that cannot be understood, for the reason in `unsaid`. A dead letter is a failure all the same: what can be
    read of it counts, at least its head and the constants of `mapping`. Anything else stays unsaid."""
    if not message.failing.is_error or mapping is None:
        return unsaid
    lookup = lookup or head_only(message)
    try:
        if isinstance(mapping, RowMapping):
            said = said_by(mapping.apply(lookup, only_readable=True), unsaid.part)
        else:
            said = Said(mapping.extend({}, lookup), part=unsaid.part)
    except Refused:
        return unsaid
    return said if "mfg.event.type" in said.attributes else unsaid


def head_only(message: Message) -> Lookup:
    """Looks up what stands in the head, behind an @; whatever else a name means, there is no body."""
    find = lookup_in(None, message.head)
    return lambda name: find(name) if name.startswith("@") else None
