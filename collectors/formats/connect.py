"""Events as Kafka Connect's JSON converter writes them: `{"schema": …, "payload": …}`, with decimals and times as its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from collectors.formats.connect_values import read_value
from collectors.formats.json import Json
from collectors.message import Message
from collectors.said import Said, Unsaid

ENVELOPE = {"schema", "payload"}


class Connect(Json):
    """Mapped as the format json is, on what stands in `payload`. Without an envelope (`schemas.enable=false`) nothing says what a value
    means, and the document is read as it is. A payload of null is a deletion and says nothing."""

    name: ClassVar[str] = "connect"

    def said_in(self, document: Any, message: Message) -> Iterator[Said | Unsaid]:
        value = unwrapped(document)
        return iter(()) if value is None else super().said_in(value, message)


def unwrapped(document: Any) -> Any:
    """What stands in the envelope, as its schema means it; a document without one is itself."""
    if document.__class__ is dict and document.keys() == ENVELOPE:
        return read_value(document["payload"], document["schema"])
    return document
