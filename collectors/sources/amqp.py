"""Messages of RabbitMQ and other AMQP 0-9-1 brokers: taken from queues or only looked at, with why a dead letter died."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from collectors import instants
from collectors.brokers.address import Tls, address_check, address_of, check_tls
from collectors.brokers.amqp_consumer import OFFSET, AmqpConsumer, Queue
from collectors.brokers.amqp_link import AmqpLink, pika
from collectors.brokers.amqp_message import Delivered
from collectors.brokers.amqp_peek import AmqpPeek
from collectors.brokers.x_death import dead_letter
from collectors.collector import Clock, Collector, Keep, Package, Trouble
from collectors.event import Record, Refused
from collectors.formats import check_format, format_setting, open_format
from collectors.meaning import Meaning
from collectors.message import MESSAGE, Message, packed, unpacked
from collectors.receivers.reception import Unreadable, gunzipped
from collectors.rows import Rows, excerpt_of
from collectors.sample_file import messages_in
from collectors.settings import a_text, a_whole_number, judged_together, setting
from collectors.suggest import unknown
from collectors.trace_context import ids_in

PORTS = {"amqp": 5672, "amqps": 5671}
LARGEST = 64 << 20  # bytes of a body after it was unpacked
MILLISECONDS = 10**11  # a time stamp from here on is no number of seconds: that would be the year 5138
QUEUE_KEYS = ("name", "dead_letter", "stream", "unlimited")


def queues_setting(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        return [("", f"must be a list of queues (found {value!r}), as in `[orders, {{name: orders.dead, dead_letter: true}}]`")]
    problems = [(f"[{i}]{where}", text) for i, entry in enumerate(value) for where, text in _queue_problems(entry)]
    names = [entry.get("name") if isinstance(entry, dict) else entry for entry in value]
    return problems or [(f"[{i}]", f"names {name!r} once more") for i, name in enumerate(names) if name in names[:i]]


def _queue_problems(entry: Any) -> Iterator[tuple[str, str]]:
    if isinstance(entry, str) and entry.strip():
        return
    if not isinstance(entry, dict):
        yield "", f"must be the name of a queue, or a mapping with it (found {entry!r})"
        return
    yield from ((f".{key}", unknown("key", key, QUEUE_KEYS)) for key in entry if key not in QUEUE_KEYS)
    yield from ((".name", text) for _, text in a_text(entry.get("name")))
    yield from ((f".{key}", f"must be true or false (found {entry[key]!r})") for key in QUEUE_KEYS[1:] if not _is_flag(entry.get(key)))


def _is_flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def mode_setting(value: Any) -> list[tuple[str, str]]:
    return [] if value in ("consume", "peek") else [("", unknown("mode", value, ("consume", "peek")))]


class Amqp(Collector):
    kind: ClassVar[str] = "amqp"
    every_seconds: ClassVar[int] = 1
    package: ClassVar[Package | None] = Package("pika", "amqp")

    @dataclass(frozen=True, slots=True)
    class Settings:
        url: str = setting(address_check(PORTS))
        queues: list[Any] = setting(queues_setting)
        mode: str = setting(mode_setting, "consume")
        format: str = format_setting()
        map: dict[str, Any] | None = setting(judged_together, None)
        options: dict[str, Any] | None = setting(judged_together, None)
        prefetch: int = setting(a_whole_number(10_000), 100)
        limit: int = setting(a_whole_number(10_000), 1000)
        ca: str | None = setting(a_text, None)
        certificate: str | None = setting(a_text, None)
        key: str | None = setting(a_text, None)

        @staticmethod
        def check_together(data: dict[str, Any]) -> list[tuple[str, str]]:
            return check_format(data) + check_tls(data)

    def __init__(self, name: str, folder: Path, settings: Settings) -> None:
        self.name = name
        self._format = open_format(settings.format, settings.map, settings.options)
        self.mapping = self._format.mapping
        queues = [Queue(entry) if isinstance(entry, str) else Queue(**entry) for entry in settings.queues]
        self._queues = {queue.name: queue for queue in queues}
        tls = Tls(settings.ca, settings.certificate, settings.key)
        self._link = AmqpLink(address_of(settings.url, PORTS), tls, folder, name)
        self._clock: Clock = lambda: 0
        self._consumed = [queue for queue in queues if settings.mode == "consume" or queue.stream]
        self._consumer = AmqpConsumer(self._link, self._consumed, settings.prefetch, self._record)
        self._peek = AmqpPeek(self._link, [queue for queue in queues if queue not in self._consumed], settings.limit, self._record)

    def read(self, after: Mapping[str, str], clock: Clock) -> Iterator[Record | Trouble | Keep]:
        self._clock = clock
        try:
            self._link.refresh()
            if self._consumed:
                yield from self._consumer.read(after)
            yield from self._peek.read(after)
        except (pika().exceptions.AMQPError, OSError) as error:
            self._consumer.drop()
            yield Trouble("", self._link.trouble(error))

    def kept(self, records: Sequence[Record]) -> None:
        self._consumer.kept(records)

    def close(self) -> None:
        self._consumer.drop()

    def sample(self, file: Path) -> Iterator[Record | Trouble]:
        return messages_in(self.name, file, self._format.content_type)

    def decode(self, record: Record, meaning: Meaning, rows: Rows) -> None:
        head, body, content_type = unpacked(record)
        try:
            if head.get("content_encoding") == "gzip":
                body = gunzipped(body, LARGEST)
        except Unreadable as error:
            if rows.is_new(f"{record.source}:{record.position}\n{error}"):
                rows.reject(record, record.position, "message", f"the message cannot be unpacked: {error}", excerpt_of(record))
            return
        self._format.add(record, self._message(head, body, content_type), record.position, meaning, rows)

    def _message(self, head: dict[str, Any], body: bytes, content_type: str) -> Message:
        headers = head.get("header") if isinstance(head.get("header"), dict) else {}
        name = str(head.get("queue", ""))
        attributes, failing = dead_letter(headers or {}, name, self._queues.get(name, Queue(name)).dead_letter)
        named = {"messaging.message.id": head.get("message_id"), "messaging.message.conversation_id": head.get("correlation_id")}
        told = {key: value for key, value in named.items() if isinstance(value, str) and value}
        ids = ids_in({key.lower(): value for key, value in (headers or {}).items()})
        return Message(body, content_type, head, attributes, failing, _sent_ns(head.get("timestamp")), told, *ids)

    def _record(self, delivered: Delivered, after: str) -> Record:
        name = delivered.headers.get(OFFSET, delivered.name)
        content_type = delivered.head.get("content_type") or self._format.content_type
        payload = packed(delivered.head, delivered.body)
        kind = f"{MESSAGE}; {content_type}"
        return Record(self.name, f"{delivered.queue}:{name}", payload, kind, self._clock(), delivered.queue, after)


def _sent_ns(timestamp: Any) -> int | None:
    """When its sender says it sent it, in seconds as the standard wants, or in milliseconds as some do."""
    if timestamp.__class__ is not int:
        return None
    try:
        return instants.checked(timestamp * (10**6 if timestamp >= MILLISECONDS else 10**9), timestamp)
    except Refused:
        return None  # a header anybody may write; what the body says counts
