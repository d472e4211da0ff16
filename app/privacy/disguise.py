"""A value of the data as another of the same shape and length: letters for letters, digits for digits, so that it is still read."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from app.privacy.words import INSIDE
from collectors.event import Record
from collectors.message import unpacked
from collectors.otlp import PROTOBUF

LETTERS, DIGITS = "qxzwvk", "123456789"  # no name is made of these letters only
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
Escape = tuple[Callable[[str], str], Callable[[str], str]]
ESCAPES: tuple[Escape, ...] = (
    (str, str),
    (lambda text: json.dumps(text)[1:-1], lambda text: str(json.loads(f'"{text}"'))),
    (lambda text: json.dumps(text, ensure_ascii=False)[1:-1], lambda text: str(json.loads(f'"{text}"'))),
    (html.escape, html.unescape),
    (lambda text: re.sub(r"([?'+:])", r"?\1", text), lambda text: re.sub(r"\?(.)", r"\1", text)),  # EDIFACT
)


@dataclass(frozen=True)
class Disguise:
    """`value` and what stands in its place, letter by letter. Letters are as large, and leading zeros of a number as many, as found."""

    value: str
    other: str

    def text(self, text: str) -> str:
        """The text with every whole occurrence replaced."""
        folded = text.casefold()
        if not any(hint in folded for hint in self._hints):
            return text
        for pattern, (escape, unescape) in self._patterns:
            text = pattern.sub(lambda found, e=escape, u=unescape: e(self._cased(u(found[0]))), text)  # type: ignore[misc]
        return text

    def holds(self, text: str) -> bool:
        """Whether the value is in it, also inside of a longer word."""
        folded = text.casefold()
        return any(hint in folded for hint in self._hints)

    def body(self, record: Record) -> bytes:
        """The body of a record without the value."""
        _, body, kind = unpacked(record)
        if kind.partition(";")[0].strip() != PROTOBUF:
            return self._in_bytes(record.payload)
        head = record.payload[: len(record.payload) - len(body)]
        return self._in_bytes(head) + self._in_protobuf(body, record.stream)

    def raw(self, content: bytes) -> bytes:
        """Of what nobody can read any more: every occurrence, also inside of words."""
        for name in ("utf-8", "latin-1"):
            try:
                was, made = self.value.encode(name), self.other.encode(name)
            except UnicodeEncodeError:
                continue
            content = content.replace(was, made)
        return content

    def _in_bytes(self, content: bytes) -> bytes:
        encoding = "utf-16" if content[:2] in UTF_16 else "utf-8"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            encoding, text = "latin-1", content.decode("latin-1")
        made = self.text(text)
        return content if made == text else made.encode(encoding)

    def _in_protobuf(self, body: bytes, stream: str) -> bytes:
        """Where it cannot be read, byte by byte: the lengths stay."""
        from google.protobuf.message import DecodeError
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        if not self.holds(text_of(body)):
            return body
        request = ExportLogsServiceRequest() if stream == "logs" else ExportTraceServiceRequest()
        try:
            request.ParseFromString(body)
        except DecodeError:
            return self.raw(body)
        _walk(request, self.text)
        made: bytes = request.SerializeToString()
        return made

    def _cased(self, found: str) -> str:
        """Of what was found, each letter as large as it was; zeros in front stay."""
        zeros = len(found) - len(self.value)
        made = (new.upper() if old.isupper() else new for old, new in zip(found[zeros:], self.other, strict=True))
        return found[:zeros] + "".join(made)

    @cached_property
    def _hints(self) -> tuple[str, ...]:
        """What is looked for before anything slower is."""
        return tuple(dict.fromkeys(escape(self.value).casefold() for escape, _ in ESCAPES))

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Escape]]:
        made, zeros = [], "0*" if self.value.isdecimal() else ""
        for escape in ESCAPES:
            word = escape[0](self.value)
            if word != self.value or escape is ESCAPES[0]:
                inside = rf"(?<![{INSIDE}])(?<![{INSIDE}][.@]){zeros}{re.escape(word)}(?![{INSIDE}])(?![.@][{INSIDE}])"
                made.append((re.compile(inside, re.IGNORECASE), escape))
        return made


def _walk(message: object, change: Callable[[str], str]) -> None:
    """Changes every text in a protobuf message."""
    for field, value in message.ListFields():  # type: ignore[attr-defined]
        if field.type == field.TYPE_MESSAGE:
            for each in value if field.is_repeated else [value]:
                _walk(each, change)
        elif field.type == field.TYPE_STRING:
            if field.is_repeated:
                value[:] = [change(each) for each in value]
            elif (made := change(value)) != value:
                setattr(message, field.name, made)


def whole(value: str) -> str:
    """The value as it is looked for: of a number without the zeros in front, which are kept wherever it is found."""
    return value.lstrip("0") or value if value.isdecimal() else value


def text_of(content: bytes) -> str:
    """Bytes as a text to search, whatever they are: of what is no text, such as protobuf, both what is UTF-8 in it and what is Latin-1."""
    try:
        return content.decode("utf-16" if content[:2] in UTF_16 else "utf-8")
    except UnicodeDecodeError:
        return "\n".join((content.decode("utf-8", "replace"), content.decode("latin-1")))


def candidates(value: str, luck: random.Random) -> Iterator[str]:
    """What may stand in place of a value, without end."""
    while True:
        yield "".join(_like(sign, luck) for sign in value)


def _like(sign: str, luck: random.Random) -> str:
    """One of the same length in every encoding."""
    if sign.isascii():
        if sign.isalpha():
            return luck.choice(LETTERS)
        return luck.choice(DIGITS) if sign.isdecimal() else sign
    if not sign.isalpha():
        return sign
    return "ø" if ord(sign) < 0x100 else "ж" if ord(sign) < 0x800 else "文" if ord(sign) < 0x10000 else "𐐨"
