"""What happens in the company, before anybody says it in telemetry: acts, the messages between them, and troubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

Objects = Mapping[str, tuple[str, ...]]
Fields = dict[str, str | int | float]  # by attribute name without `mfg.`


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt failed, in the sender's words. `code` is written system:code, as in idoc:51 or http:503."""

    error_class: str  # what a reader should conclude; for the known truth only, never sent
    code: str | None
    type: str
    text: str
    in_middleware: bool = False  # the receiver never saw it; the middleware speaks for it
    is_nameless: bool = False  # nobody could read which object it was about


@dataclass(frozen=True, slots=True)
class Payload:
    """What a message says, where the middleware keeps it as a file."""

    name: str
    body: bytes


@dataclass(slots=True)
class Message:
    """One message on its way through the middleware."""

    destination: str
    mapping: str  # from which format to which
    id: str
    conversation: str
    size: int
    context: SpanContext | None = None  # of the producer's span, once it is sent
    sent_ns: int = 0
    arrived: SpanContext | None = None  # of the receiver's span, once it took it in


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that one system did, or tried to do, at one time."""

    time_ns: int
    system: str
    event: str  # "": taking in a message is no business event yet
    objects: Objects
    key: str  # equal keys are one effect
    took_ns: int
    fields: Fields = field(default_factory=dict)
    receives: Message | None = None  # the message whose processing this is
    answers: Message | None = None  # the message, taken in earlier, that made somebody do this
    sends: tuple[Message, ...] = ()
    attempt: int = 1
    trouble: Trouble | None = None
    is_dead: bool = False
    recovery: str | None = None
    payload: Payload | None = None
